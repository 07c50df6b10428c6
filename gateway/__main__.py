"""python -m gateway [serve|migrate|parked …]."""

from chassis.commands import run_service

run_service("gateway", settings="settings:Settings", app="app:gateway_app", roles=("serve",))
