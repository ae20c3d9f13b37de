#!/usr/bin/env bash
# Installs the programs that the tests use, built with Go: those that check and try the Helm chart, a server of Vault and its command line. What is there in the right version is left alone.
#   scripts/tools/install.sh [NAME…]      without names: all of them
#   scripts/tools/install.sh --folder     prints where they are
# A build of the Kubernetes programs or of vault takes minutes and gigabytes of build cache the first time. ATOM_TOOLS moves the folder.
set -euo pipefail
cd "$(dirname "$0")/../.."

cache=${XDG_CACHE_HOME:-$HOME/.cache}/atom
bin=${ATOM_TOOLS:-$cache/bin}
if [ "${1:-}" = --folder ]; then
  echo "$bin"
  exit
fi

# The one place of the versions. "install": a module that `go install` takes as it is. "module": a go.mod of this repository,
# for modules that only build with replace lines; its versions are in that file.
plan() {
  case $1 in
    helm3) echo "install helm.sh/helm/v3/cmd/helm v3.21.4" ;;
    helm4) echo "install helm.sh/helm/v4/cmd/helm v4.2.4" ;;
    helm-unittest) echo "install github.com/helm-unittest/helm-unittest/cmd/helm-unittest v1.0.0" ;;
    kubeconform) echo "install github.com/yannh/kubeconform/cmd/kubeconform v0.7.0" ;;
    kube-score) echo "install github.com/zegl/kube-score/cmd/kube-score v1.20.0" ;;
    helm-docs) echo "install github.com/norwoodj/helm-docs/cmd/helm-docs v1.14.2" ;;
    kwok) echo "install sigs.k8s.io/kwok/cmd/kwok v0.8.0" ;;
    kube-apiserver | kube-controller-manager | kube-scheduler | kubectl)
      echo "module tools/kubernetes k8s.io/kubernetes/cmd/$1 $(required tools/kubernetes k8s.io/kubernetes)"
      ;;
    etcd) echo "module tools/etcd go.etcd.io/etcd/server/v3 $(required tools/etcd go.etcd.io/etcd/server/v3)" ;;
    # Programs of this repository around the packages of Vault: its core, and its command line.
    vault-server) echo "module tools/vault atom.dev/tools/vault $(required tools/vault github.com/hashicorp/vault)" ;;
    vault) echo "module tools/vault-cli atom.dev/tools/vault-cli $(required tools/vault-cli github.com/hashicorp/vault)" ;;
    *)
      echo "scripts/tools/install.sh: no tool is called \"$1\". There are: $all" >&2
      exit 2
      ;;
  esac
}
all="helm3 helm4 helm-unittest kubeconform kube-score helm-docs kwok etcd kube-apiserver kube-controller-manager kube-scheduler kubectl vault-server vault"

required() { awk -v module="$2" '$1 == "require" && $2 == module { print $3 }' "$1/go.mod"; }

# Where a program takes its version from at link time.
link_flags() {
  local version=$2 flags="-s -w"
  case $1 in
    helm3)
      flags+=" -X helm.sh/helm/v3/internal/version.version=$version"
      # The Kubernetes that it takes for granted without a cluster, as in the released program.
      for package in lint/rules chartutil; do
        flags+=" -X helm.sh/helm/v3/pkg/$package.k8sVersionMajor=1 -X helm.sh/helm/v3/pkg/$package.k8sVersionMinor=36"
      done
      ;;
    helm4) flags+=" -X helm.sh/helm/v4/internal/version.version=$version" ;;
    kube*)
      IFS=. read -r major minor _ <<<"${version#v}"
      local package=k8s.io/component-base/version
      flags+=" -X $package.gitVersion=$version -X $package.gitMajor=$major -X $package.gitMinor=$minor"
      ;;
  esac
  echo "$flags"
}

# What kwok makes nodes and pods do: files of its module, in one.
kwok_stages() {
  local stages
  stages=$(go mod download -json "sigs.k8s.io/kwok@$1" | sed -n 's/^.*"Dir": "\(.*\)".*$/\1/p')/kustomize/stage
  for file in node/fast/node-initialize node/heartbeat-with-lease/node-heartbeat-with-lease pod/fast/pod-{ready,complete,delete}; do
    cat "$stages/$file.yaml"
    echo ---
  done
}

build() {
  local name=$1 how=$2 folder=. package version
  shift 2
  if [ "$how" = module ]; then
    folder=$1
    shift
  fi
  package=$1 version=$2
  local flags stamp="$bin/.$name.version" started=$SECONDS
  flags=$(link_flags "$name" "$version")
  local what="$package@$version $flags"
  if [ "$name" = kwok ]; then what+=" with stages"; fi
  if [ -e "$folder/main.go" ]; then what+=" from $(cat "$folder/main.go" "$folder/go.sum" | sha256sum | cut -c1-16)"; fi
  if [ -x "$bin/$name" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$what" ]; then return; fi
  if ! command -v go >/dev/null; then
    echo "scripts/tools/install.sh: $name $version is built with Go, and there is no Go on the PATH. Install Go 1.26 or newer." >&2
    exit 1
  fi
  echo "building $name $version ..."
  local place
  place=$(mktemp -d "$bin/.build.XXXXXX")
  # Nothing that the outside sets for its own builds may change these.
  export CGO_ENABLED=0 GOTOOLCHAIN=local GOWORK=off
  if [ "$how" = module ]; then
    go -C "$folder" build -mod=readonly -trimpath -ldflags "$flags" -o "$place/$name" "$package"
  else
    GOBIN=$place go install -trimpath -ldflags "$flags" "$package@$version"
    # helm3 and helm4 come from a package called "helm"
    [ -e "$place/$name" ] || mv "$place/$(basename "$package")" "$place/$name"
  fi
  mv -f "$place/$name" "$bin/$name"
  rm -rf "$place"
  if [ "$name" = kwok ]; then kwok_stages "$version" >"$bin/kwok-stages.yaml"; fi
  echo "$what" >"$stamp"
  echo "  $name $version: $((SECONDS - started)) s"
}

mkdir -p "$bin"
[ $# -gt 0 ] || set -- $all
for name in "$@"; do
  steps=$(plan "$name")
  # shellcheck disable=SC2086 # words by design
  build "$name" $steps
done
