"""The loyalty service: points are money, earned by rules, spent once, explainable to the point."""
