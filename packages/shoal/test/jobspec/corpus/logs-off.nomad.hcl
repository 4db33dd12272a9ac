job "quiet" {
  datacenters = ["dc1"]
  group "g" {
    task "t" {
      driver = "docker"
      config {
        image = "x"
        logging {
          type = "none"
        }
      }
      logs {
        disabled      = true
        max_files     = 1
        max_file_size = 1
      }
    }
    task "u" {
      driver = "docker"
      config {
        image = "x"
      }
      logs {
        enabled = false
      }
    }
  }
}
