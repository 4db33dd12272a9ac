locals {
  env      = "prod"
  replicas = { prod = 3, dev = 1 }
  hosts    = [for i in range(3) : format("db-%02d.internal", i + 1)]
}

job "functions" {
  datacenters = concat(["dc1"], split(",", "dc2,dc3"))
  meta = merge({ a = "1" }, { built = formatdate("YYYY", "2024-01-02T03:04:05Z") })
  group "g" {
    count = local.replicas[local.env]
    task "t" {
      driver = "docker"
      config {
        image = join(":", ["app", "v1"])
        args  = flatten([["--host"], local.hosts, ["--net", cidrhost("10.0.0.0/8", 5)]])
      }
      env {
        UPPER   = upper(local.env)
        HOSTS   = jsonencode(local.hosts)
        HASH    = substr(sha256("salt"), 0, 8)
        MAYBE   = try(local.missing.thing, "fallback")
        IS_PROD = local.env == "prod" ? "yes" : "no"
        ESCAPED = "$${not_interpolated} and %%{ not } a directive"
      }
      template {
        data = <<EOT
%{ for host in local.hosts ~}
server ${host};
%{ endfor ~}
EOT
        destination = "local/hosts.conf"
      }
    }
  }
}
