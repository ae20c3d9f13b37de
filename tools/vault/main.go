// Command vault-server is HashiCorp Vault's own core, HTTP API, transit engine and AppRole login on memory storage:
// what `vault server -dev` runs, without the command line, engines, cloud clients and storages that the tests of Atom do not use.
// It listens on a free port of the loopback address and prints one line of JSON with its address, unseal key and root token.
package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	log "github.com/hashicorp/go-hclog"
	"github.com/hashicorp/vault/builtin/credential/approle"
	"github.com/hashicorp/vault/builtin/logical/transit"
	vaulthttp "github.com/hashicorp/vault/http"
	"github.com/hashicorp/vault/internalshared/configutil"
	"github.com/hashicorp/vault/sdk/helper/consts"
	"github.com/hashicorp/vault/sdk/logical"
	"github.com/hashicorp/vault/sdk/physical/inmem"
	"github.com/hashicorp/vault/vault"
)

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "vault-server:", err)
		os.Exit(1)
	}
}

func serve() error {
	logger := log.New(&log.LoggerOptions{Level: log.Warn, Output: os.Stderr})
	core, err := newCore(logger)
	if err != nil {
		return err
	}
	init, err := start(core)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if err := json.NewEncoder(os.Stdout).Encode(map[string]string{
		"address":   "http://" + listener.Addr().String(),
		"unsealKey": base64.StdEncoding.EncodeToString(init.SecretShares[0]),
		"rootToken": init.RootToken,
	}); err != nil {
		return err
	}
	server := &http.Server{
		Handler: vaulthttp.Handler.Handler(&vault.HandlerProperties{
			Core:           core,
			ListenerConfig: &configutil.Listener{MaxRequestSize: 1 << 20, MaxRequestDuration: 90 * time.Second},
		}),
		ReadHeaderTimeout: 10 * time.Second,
	}
	return server.Serve(listener)
}

func newCore(logger log.Logger) (*vault.Core, error) {
	storage, err := inmem.NewInmem(nil, logger)
	if err != nil {
		return nil, err
	}
	return vault.NewCore(&vault.CoreConfig{
		Physical:           storage,
		LogicalBackends:    map[string]logical.Factory{"transit": transit.Factory},
		CredentialBackends: map[string]logical.Factory{"approle": approle.Factory},
		BuiltinRegistry:    builtin{"transit": consts.PluginTypeSecrets, "approle": consts.PluginTypeCredential},
		DisableMlock:       true,
		Logger:             logger,
		LogLevel:           "warn",
	})
}

// start initialises the storage with one unseal key, as a server in dev mode does, and unseals.
func start(core *vault.Core) (*vault.InitResult, error) {
	init, err := core.Initialize(context.Background(), &vault.InitParams{
		BarrierConfig: &vault.SealConfig{SecretShares: 1, SecretThreshold: 1},
	})
	if err != nil {
		return nil, err
	}
	// The core overwrites the key that it is given.
	unsealed, err := core.Unseal(append([]byte(nil), init.SecretShares[0]...))
	if err == nil && !unsealed {
		err = fmt.Errorf("one key did not unseal")
	}
	return init, err
}

// builtin names the engines in this program; the catalog of plugins asks for it.
type builtin map[string]consts.PluginType

func (b builtin) Contains(name string, kind consts.PluginType) bool {
	known, ok := b[name]
	return ok && known == kind
}

func (b builtin) Get(string, consts.PluginType) (func() (interface{}, error), bool) {
	return nil, false
}

func (b builtin) Keys(kind consts.PluginType) []string {
	var names []string
	for name, known := range b {
		if known == kind {
			names = append(names, name)
		}
	}
	return names
}

func (b builtin) DeprecationStatus(name string, kind consts.PluginType) (consts.DeprecationStatus, bool) {
	return consts.Supported, b.Contains(name, kind)
}
