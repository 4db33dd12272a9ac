job "lone" {
  datacenters = ["dc1"]
  task "server" {
    driver = "raw_exec"
    config {
      command = "/bin/sleep"
      args    = ["3600"]
    }
  }
}
