"""python -m services.support [serve | worker | all | migrate | parked …]."""

from chassis.commands import run_service

if __name__ == "__main__":
    run_service("services.support", settings="settings:Settings", app="app:support_app")
