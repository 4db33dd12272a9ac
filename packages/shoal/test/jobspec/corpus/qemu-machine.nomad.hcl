job "appliance" {
  datacenters = ["dc1"]
  group "vm" {
    network {
      port "ssh" {}
    }
    task "vm" {
      driver = "qemu"
      artifact {
        source = "https://images.example.com/linux.img"
      }
      config {
        image_path        = "local/linux.img"
        accelerator       = "kvm"
        graceful_shutdown = true
        args              = ["-nodefaults", "-nodefconfig"]
        port_map {
          ssh = 22
        }
      }
    }
  }
}
