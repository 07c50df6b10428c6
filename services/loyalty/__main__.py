"""python -m services.loyalty [serve | worker | all | migrate | parked …]."""

from chassis.commands import run_service

if __name__ == "__main__":
    run_service("services.loyalty", settings="settings:Settings", app="app:loyalty_app")
