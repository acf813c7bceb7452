#!/usr/bin/env bash
# Makes src/Bothy.Cli/start.mibc anew: the methods that runs of bothy leave to the just-in-time compiler, by name, so that the next build of
# the tool compiles them ahead. To be run after larger changes, and with a new version of .NET; what is not found any more does no harm.
# Needs the packages of ../shared/data, or where BOTHY_TEST_DATA says; with a mirror of Debian its runs are part of it.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
data=$(readlink -m "${BOTHY_TEST_DATA:-../shared/data}")/alpine
if [ ! -d "$data/v3.19.1-boot" ]; then
  echo "error: cannot make the profile: there are no packages in $data/v3.19.1-boot" >&2
  echo "hint:  Say where they are with BOTHY_TEST_DATA." >&2
  exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "building bothy without a profile ..." >&2
dotnet publish src/Bothy.Cli -c Release --use-current-runtime -p:ShipTool=true -p:StartProfile= -p:RunAnalyzers=false -v quiet -o "$work/tool" >&2
dotnet build -c Release -v quiet bench/Bothy.StartProfile >&2

# Runs bothy, and keeps what it left to the compiler. What one run cannot do here is left out, and said.
trace() {
  DOTNET_JitStdOutFile=$work/jit.$((++runs)) DOTNET_JitDisasmSummary=1 "$work/tool/bothy" "$@" > "$work/out" 2> "$work/err" \
    || echo "bothy $*: $(head -n 1 "$work/err")" >&2
}

runs=0
export BOTHY_STORE=$work/store SOURCE_DATE_EPOCH=0
cat > "$work/alpine.yaml" <<TEXT
contents:
  repositories: [$data/v3.19.1-boot]
  keyring: [$data/keys/alpine-devel@lists.alpinelinux.org-6165ee59.rsa.pub]
  packages: [alpine-base, openssh, chrony]
archs: [x86_64]
TEXT
{ cat "$work/alpine.yaml"; echo 'layering: {strategy: origin, budget: 10}'; } > "$work/layers.yaml"
{ cat "$work/layers.yaml"; echo 'paths: [{path: /usr/sbin/sshd, type: permissions, permissions: 0o700}]'; } > "$work/changed.yaml"
for compression in estargz zstd; do { cat "$work/alpine.yaml"; echo "compression: $compression"; } > "$work/$compression.yaml"; done
cp examples/python.yaml "$work/debian.yaml"

trace --version
trace --help
trace build --help
trace biuld
for image in alpine debian; do
  trace solve "$work/$image.yaml"
  trace show "$work/$image.yaml"
  for _ in 1 2 3; do trace build "$work/$image.yaml" -o "oci:$work/$image"; done
  trace lock "$work/$image.yaml" --vendor "$work/packages,$image"
  for _ in 1 2 3; do trace build "$work/$image.yaml" --locked -o "oci:$work/$image"; done
  BOTHY_STORE=$work/cold trace build "$work/$image.yaml" --locked --offline --packages-from "$work/packages,$image" -o "oci:$work/cold-$image"
  trace build "$work/$image.yaml" --locked -o "oci:$work/$image" -o "oci-archive:$work/$image.tar" -o "docker-archive:$work/$image.docker.tar" --format json
done
trace lock "$work/layers.yaml"
trace lock "$work/changed.yaml"
trace build "$work/layers.yaml" --locked -o "oci:$work/layers"
trace build "$work/changed.yaml" --locked -o "oci:$work/layers" -o "rootfs:$work/layers.tar"
for compression in estargz zstd; do trace build "$work/$compression.yaml" -o "oci:$work/$compression"; done
trace store info
trace store verify
trace store prune --keep 1GB
for image in "oci:$work/alpine" "oci:$work/debian" "oci-archive:$work/alpine.tar" "docker-archive:$work/debian.docker.tar" "oci:$work/zstd"; do
  for command in inspect tree check sbom; do trace "$command" "$image"; done
  for command in inspect tree check; do trace "$command" "$image" --format json; done
done
for format in spdx cyclonedx; do trace sbom "oci:$work/alpine" --format "$format"; done
trace why "oci:$work/alpine" /usr/sbin/sshd
trace why "oci:$work/debian" python3
trace compare "oci:$work/alpine" "oci:$work/debian"
trace compare "oci:$work/alpine" "oci:$work/layers" --format json
trace db import "$data/../advisories/alpine/v3.17" "$data/../advisories/debian/tracker-sample.json"
trace db status
for image in alpine debian; do
  for format in text json sarif; do trace scan "oci:$work/$image" --format "$format"; done
  trace inspect "oci:$work/$image"
  trace outdated "$work/$image.yaml"
done
trace why "oci:$work/debian" CVE-2023-0286
mkdir "$work/app"
echo data > "$work/app/data"
{ cat "$work/alpine.yaml"; printf '  files: [{source: app, path: /app}]\n'; } | awk '/^archs/ { archs = $0; next } { print } END { print archs }' > "$work/files.yaml"
trace lock "$work/files.yaml"
for _ in 1 2; do trace build "$work/files.yaml" --locked -o "oci:$work/files"; done
echo other > "$work/app/data"
trace build "$work/files.yaml" --locked -o "oci:$work/files"
mkdir -p "$work/c/out"
cp examples/apps/c/image.yaml "$work/c/"
cp /bin/true "$work/c/out/hello"
trace lock "$work/c/image.yaml"
for _ in 1 2; do trace build "$work/c/image.yaml" --locked -o "oci:$work/c-image"; done
echo other >> "$work/c/out/hello"
trace build "$work/c/image.yaml" --locked -o "oci:$work/c-image"
cp examples/sliced-python.yaml "$work/sliced.yaml"
cp -r slices "$work/"
sed -i 's|slices: .*/|slices: slices/|' "$work/sliced.yaml"
for _ in 1 2; do trace build "$work/sliced.yaml" -o "oci:$work/sliced"; done
trace slices check slices/debian-12
trace slices find openssl --release slices/debian-12
trace copy "oci:$work/alpine" "oci:$work/copy"

dotnet artifacts/bin/Bothy.StartProfile/release/Bothy.StartProfile.dll "$root/src/Bothy.Cli/start.mibc" "$work"/jit.*
