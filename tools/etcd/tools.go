//go:build tools

// Package tools keeps the requirements of the program that scripts/tools/install.sh builds.
package tools

import _ "go.etcd.io/etcd/server/v3"
