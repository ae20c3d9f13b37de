module atom.dev/tools/oci-registry

go 1.24

tool github.com/olareg/olareg/cmd/olareg

require github.com/olareg/olareg v0.1.1

require (
	github.com/opencontainers/go-digest v1.0.0 // indirect
	github.com/spf13/cobra v1.8.1 // indirect
	github.com/spf13/pflag v1.0.5 // indirect
)
