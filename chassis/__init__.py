"""The shared kit of every process; knows no customer, no campaign, no coupon."""
