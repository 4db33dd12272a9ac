# A machine that runs work. Where the servers are (retry_join) and the token for the first start come from the command line; the rest is found out.
client {
  enabled           = true
  network_interface = "eth0"
}

edge { enabled = true }

raw_exec = true

# As in server.hcl.
bind_addr = "0.0.0.0"

leave_on_terminate = true
