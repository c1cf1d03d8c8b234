"""The probes of the problem sets, and the cases they run on."""
