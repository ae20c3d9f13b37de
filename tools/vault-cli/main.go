// Command vault is HashiCorp Vault's own command line, with which the tests of Atom do what docs/vault.md tells an operator.
// It is a module of its own because `go install github.com/hashicorp/vault` refuses the replace lines of that module.
package main

import (
	"os"

	"github.com/hashicorp/vault/command"
)

func main() {
	os.Exit(command.Run(os.Args[1:]))
}
