# The server: it schedules and holds the catalog, and runs nothing itself. Nothing else is needed for others to join: its port for them listens on
# all addresses, with certificates that it makes at the first start.
server { enabled = true }

# So that this machine can ask its APIs. Leave it out on real machines: then they stay on loopback.
bind_addr = "0.0.0.0"

leave_on_terminate = true
