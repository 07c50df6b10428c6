"""The bus as it is deployed."""
