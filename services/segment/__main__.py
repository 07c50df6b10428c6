"""python -m services.segment [serve | worker | all | migrate | parked …]."""

from chassis.commands import run_service

if __name__ == "__main__":
    run_service("services.segment", settings="settings:Settings", app="app:segment_app")
