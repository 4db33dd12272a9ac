# One machine with every role, for the example. Its data is kept from one start to the next; its tasks end with it.
server { enabled = true }
client { enabled = true }

edge {
  enabled = true
}

addresses {
  edge = "127.0.0.1"
  # Nobody else is to join.
  rpc  = "127.0.0.1"
}

client {
  network_interface = "lo"
}

plugin "raw_exec" {
  config {
    enabled = true
  }
}

leave_on_interrupt = true
leave_on_terminate = true
