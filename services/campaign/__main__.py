"""python -m services.campaign [serve | worker | all | migrate | parked …]."""

from chassis.commands import run_service

if __name__ == "__main__":
    run_service("services.campaign", settings="settings:Settings", app="app:campaign_app")
