"""python -m services.profile [serve | worker | all | migrate | parked …]."""

from chassis.commands import run_service

if __name__ == "__main__":
    run_service("services.profile", settings="settings:Settings", app="app:profile_app")
