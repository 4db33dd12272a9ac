job "picky" {
  datacenters = ["dc1"]
  constraint {
    attribute = "${attr.kernel.name}"
    operator  = "regexp"
    value     = "^(linux|darwin)$"
  }
  constraint {
    attribute = "${attr.kernel.version}"
    version   = ">= 4.19, < 7.0"
  }
  constraint {
    attribute = "${attr.nomad.version}"
    semver    = ">= 0.9.0-beta1"
  }
  constraint {
    operator = "distinct_hosts"
    value    = "true"
  }
  constraint {
    distinct_property = "${meta.rack}"
    value             = "2"
  }
  constraint {
    attribute    = "${meta.features}"
    set_contains = "ssd,gpu"
  }
  constraint {
    attribute        = "${meta.features}"
    set_contains_any = "a,b"
  }
  constraint {
    attribute = "${meta.special}"
    operator  = "is_set"
  }
  constraint {
    attribute = "${node.unique.name}"
    operator  = "!="
    value     = "node-7"
  }
  group "g" {
    task "t" {
      driver = "docker"
      constraint {
        attribute = "${attr.cpu.arch}"
        value     = "amd64"
      }
      config {
        image = "x"
      }
    }
  }
}
