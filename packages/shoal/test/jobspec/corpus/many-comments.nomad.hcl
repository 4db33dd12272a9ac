# A job with every kind of comment
// in front,
/* and of
   several lines */
job "comments" { # behind
  datacenters = ["dc1"] // behind
  group "g" /* between */ {
    task "t" {
      driver = "raw_exec" /* last */
      config {
        command = "/bin/true"
        args    = [ # in lists
          "a", // one
          "b", /* two */
        ]
      }
    }
  }
}
