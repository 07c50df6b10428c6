"""python -m gateway [serve|migrate|parked …]."""

from chassis.commands import run_service

if __name__ == "__main__":
    run_service("gateway", settings="settings:Settings", app="app:gateway_app", roles=("serve",))
