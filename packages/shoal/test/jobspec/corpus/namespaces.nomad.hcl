job "tenant" {
  id          = "tenant-web"
  name        = "Tenant's web"
  namespace   = "tenant-a"
  region      = "eu"
  datacenters = ["eu-*"]
  node_pool   = "tenants"
  all_at_once = true
  priority    = 70
  group "g" {
    task "t" {
      driver = "docker"
      config {
        image = "x"
      }
    }
  }
}
