job "shipper" {
  type = "system"
  datacenters = ["dc1"]
  group "shipper" {
    ephemeral_disk {
      size    = 500
      sticky  = true
    }
    task "vector" {
      driver = "docker"
      config {
        image = "vector:0.34"
      }
      template {
        left_delimiter  = "(("
        right_delimiter = "))"
        destination     = "local/vector.toml"
        change_mode     = "signal"
        change_signal   = "SIGHUP"
        data            = <<EOH
[sources.logs]
  type = "docker_logs"
[transforms.parse]
  source = "{{ message }}"
[sinks.loki]
  endpoint = "(( range service "loki" ))http://(( .Address )):(( .Port ))(( end ))"
EOH
      }
      logs {
        max_files     = 2
        max_file_size = 5
      }
    }
  }
}
