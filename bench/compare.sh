#!/usr/bin/env bash
# Whole processes, side by side in one run, so that a noisy machine is noisy for all of them.
#   bench/compare.sh debian [ROUNDS]     an image of examples/python.yaml against apt and mmdebstrap, each from nothing
#   bench/compare.sh alpine [ROUNDS]     an image with OpenSSH from a local repository against apk, tar and gzip; solving 40 names
#   bench/compare.sh store [ROUNDS]      rebuilds: nothing changed, one package changed, and from packages on disk beside its parts
#   bench/compare.sh scaling [ROUNDS]    10, 100 and 500 packages of Debian, from packages on disk and an empty store, beside their parts
#   bench/compare.sh copy [ROUNDS]       an image of 60 MB from a registry into a layout against skopeo; one with a layer of 2 GB, for the memory
#   bench/compare.sh sbom [ROUNDS]       bills of materials: of Debian's minbase from an empty store beside decompressing its layer, and of examples/java.yaml from a warm one
#   bench/compare.sh slices [ROUNDS]     checking a release of slices with 680 packages, all pairs, and finding one; beside reading its files with PyYAML
#   bench/compare.sh scan [ROUNDS]       known vulnerabilities of an image that was built here and of a Debian minbase image in a layout, by a tracker of 60 MB
#   bench/compare.sh inspect [ROUNDS]    reading a Debian minbase image, from nothing and again, beside umoci's unpacking and gzip alone; a 2 GB layer
#   bench/compare.sh advisories [ROUNDS] importing a document of 60 MB of the shape of Debian's security tracker, beside reading it with Python
# Needs: GNU time, root; inspect and scan: mmdebstrap, umoci, a mirror of Debian; scan: python3; slices: python3-yaml; debian and sbom: apt, mmdebstrap; debian, store, scaling and sbom: a mirror of Debian; copy: docker-registry, skopeo; alpine and
# store: the packages of ../shared/data, or where BOTHY_TEST_DATA says.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Runs a command, appends "NAME SECONDS PEAK_KIB USER_SECONDS SYSTEM_SECONDS" to the results. A failing command stops the comparison.
measure() {
  local name=$1
  shift
  if ! /usr/bin/time -f '%e %M %U %S' -o "$work/time" "$@" > "$work/out" 2> "$work/err"; then
    cat "$work/out" "$work/err" >&2
    echo "error: cannot measure $name: it failed" >&2
    exit 1
  fi
  echo "$name $(tail -n 1 "$work/time")" >> "$work/results"
}

# The directory of Alpine's packages.
alpine_data() {
  local data
  data=$(readlink -m "${BOTHY_TEST_DATA:-../shared/data}")/alpine
  if [ ! -d "$data/v3.19.1-boot" ]; then
    echo "error: cannot compare: there are no packages in $data/v3.19.1-boot" >&2
    echo "hint:  Say where they are with BOTHY_TEST_DATA." >&2
    exit 1
  fi
  echo "$data"
}

# An apt of its own: the machine's sources, an empty status, empty lists, nothing that is not a package index.
apt_root() {
  local root=$1
  rm -rf "$root"
  mkdir -p "$root"/etc/apt/{apt.conf.d,preferences.d,trusted.gpg.d,sources.list.d} "$root"/var/lib/apt/lists/partial \
    "$root"/var/cache/apt/archives/partial "$root"/var/lib/dpkg
  : > "$root/var/lib/dpkg/status"
  cp "$work/bookworm.sources" "$root/etc/apt/sources.list.d/"
  cat > "$root/apt.conf" <<TEXT
Dir "$root";
Dir::State "$root/var/lib/apt";
Dir::State::status "$root/var/lib/dpkg/status";
Dir::Cache "$root/var/cache/apt";
Dir::Etc "$root/etc/apt";
Acquire::GzipIndexes "false";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
APT::Install-Recommends "false";
APT::Sandbox::User "root";
TEXT
}

# What 'apt-get install' needs before it unpacks: ROOT PACKAGE...
apt_update_and_download() {
  export APT_CONFIG=$1/apt.conf
  shift
  apt-get -qq update && apt-get -qq -y --download-only install "$@"
}
export -f apt_update_and_download

debian() {
  local rounds=${1:-5} root=$work/apt
  ./bothy solve examples/python.yaml --format json > "$work/solve.json"   # builds the tool, checks the network
  mapfile -t packages < <(grep -oE '"name": ?"[^"]+"' "$work/solve.json" | cut -d'"' -f4)

  # The three suites of the example, at the addresses the machine itself uses.
  awk -v RS= '/bookworm/ && /debian-archive-keyring/' /etc/apt/sources.list.d/*.sources > "$work/bookworm.sources" 2>/dev/null || true
  if [ ! -s "$work/bookworm.sources" ]; then
    echo "error: cannot compare: no deb822 sources for bookworm on this machine" >&2
    exit 1
  fi
  awk '/^Types:/ && NR > 1 { print "" } { print }' "$work/bookworm.sources" > "$work/s" && mv "$work/s" "$work/bookworm.sources"

  : > "$work/results"
  for _ in $(seq "$rounds"); do
    rm -rf "$work/store" "$work/image"
    BOTHY_STORE=$work/store measure bothy ./bothy build examples/python.yaml -o "oci:$work/image"

    apt_root "$root"
    APT_CONFIG=$root/apt.conf measure apt-get-update apt-get -qq update
    apt_root "$root"
    measure apt-update+download bash -c 'apt_update_and_download "$@"' _ "$root" "${packages[@]}"

    rm -rf "$work/root"
    measure mmdebstrap mmdebstrap --variant=extract --aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"' \
      --include="$(IFS=,; echo "${packages[*]}")" bookworm "$work/root" "$work/bookworm.sources"
  done

  echo "${#packages[@]} packages, $rounds rounds, $(nproc) cores; medians"
  report bothy apt-get-update apt-update+download mmdebstrap
}

# The real apk in a root of its own: installs into ROOT/image and packs that as a layer would be.
apk_tar_gzip() {
  unshare -n chroot "$1" /sbin/apk --quiet --no-network --no-scripts --initdb --root /image --repository /repository add alpine-base openssh chrony \
    && tar -C "$1/image" --numeric-owner -cf - . | gzip -6 > "$1/layer.tar.gz"
}
export -f apk_tar_gzip

alpine() {
  local rounds=${1:-5} data root=$work/alpine
  data=$(alpine_data)
  mkdir -p "$root/repository"
  tar -xzf "$data/minirootfs/alpine-minirootfs-3.20.3-x86_64.tar.gz" -C "$root"
  cp -r "$data/v3.19.1-boot/." "$root/repository"
  cat > "$work/openssh.yaml" <<TEXT
contents:
  repositories: [$data/v3.19.1-boot]
  keyring: [$data/keys/alpine-devel@lists.alpinelinux.org-6165ee59.rsa.pub]
  packages: [alpine-base, openssh, chrony]
archs: [x86_64]
TEXT
  cat > "$work/forty.yaml" <<TEXT
contents:
  repositories: [$data/index/v3.19-main-x86_64.APKINDEX.tar.gz, $data/index/v3.19-community-x86_64.APKINDEX.tar.gz]
  keyring: [$data/keys/alpine-devel@lists.alpinelinux.org-6165ee59.rsa.pub]
  packages: [alpine-base, bash, bind-tools, build-base, ca-certificates, chrony, coreutils, curl, docker-cli, ffmpeg, findutils, git, go, gnupg,
    haproxy, htop, imagemagick, jq, mariadb-client, nginx, nodejs, npm, openjdk17-jre-headless, openssh, openssl, perl, php82-fpm, postgresql16, py3-pip,
    py3-requests, python3, redis, rsync, ruby, rust, screen, sqlite, strace, tmux, vim]
archs: [x86_64]
TEXT

  : > "$work/results"
  ./bothy solve "$work/forty.yaml" --quiet > "$work/solved"   # builds the tool
  for _ in $(seq "$rounds"); do
    rm -rf "$work/store" "$work/image"
    BOTHY_STORE=$work/store measure bothy ./bothy build "$work/openssh.yaml" -o "oci:$work/image"

    rm -rf "$root/image"
    mkdir -p "$root/image/etc/apk"
    cp -r "$root/etc/apk/keys" "$root/image/etc/apk/keys"
    measure apk+tar+gzip bash -c 'apk_tar_gzip "$1"' _ "$root"

    measure solve-40 ./bothy solve "$work/forty.yaml"
  done

  echo "image: $(grep -c '^P:' "$root/image/lib/apk/db/installed") packages; 40 names: $(($(wc -l < "$work/solved") - 1)) packages of 23,030; $rounds rounds, $(nproc) cores; medians"
  report bothy apk+tar+gzip solve-40
}

# Builds again: with nothing changed, with the files of one package changed, and without a store but with the packages on disk, beside what that cannot
# do without (xz of the packages, one SHA-256 of them, our own encoder over the archive), each alone on one core.
store() {
  local rounds=${1:-5} data name
  data=$(alpine_data)
  export BOTHY_STORE=$work/store
  cp examples/python.yaml "$work/python.yaml"
  cat > "$work/openssh.yaml" <<TEXT
contents:
  repositories: [$data/v3.19.1-boot]
  keyring: [$data/keys/alpine-devel@lists.alpinelinux.org-6165ee59.rsa.pub]
  packages: [alpine-base, openssh, chrony]
archs: [x86_64]
TEXT
  { cat "$work/openssh.yaml"; echo 'layering: {strategy: origin, budget: 10}'; } > "$work/before.yaml"
  { cat "$work/before.yaml"; echo 'paths: [{path: /usr/sbin/sshd, type: permissions, permissions: 0o700}]'; } > "$work/changed.yaml"
  for name in openssh before changed; do ./bothy lock "$work/$name.yaml" --quiet; done
  ./bothy lock "$work/python.yaml" --quiet --vendor "$work/packages"
  ./bothy build "$work/python.yaml" --locked --quiet -o "rootfs:$work/python.tar" > /dev/null
  prepare_parts "$work/packages"

  : > "$work/results"
  build_again
  for _ in $(seq "$rounds"); do
    rm -rf "$work"/image*
    measure python,locked ./bothy build "$work/python.yaml" --locked -o "oci:$work/image1"
    measure openssh,locked ./bothy build "$work/openssh.yaml" --locked -o "oci:$work/image2"
    measure openssh,no-lock ./bothy build "$work/openssh.yaml" -o "oci:$work/image3"

    rm -f "$BOTHY_STORE"/results/*.{image,layer,part}-*
    ./bothy build "$work/before.yaml" --locked --quiet -o "oci:$work/image4" > /dev/null
    measure one-changed ./bothy build "$work/changed.yaml" --locked -o "oci:$work/image4"
    build_again

    from_packages "" python
  done

  echo "$rounds rounds, $(nproc) cores; medians"
  report python,locked openssh,locked openssh,no-lock one-changed from-packages part:xz part:sha256 part:encoder
  echo
  for name in python,locked openssh,locked; do bar "$name" 0.09; done
  bar openssh,no-lock 0.15
  bar one-changed 0.25
  bar_of_parts ""
}

# Builds what is measured where nothing has changed, once to have it and once to find it.
build_again() {
  local name
  for name in python openssh; do
    for _ in 1 2; do ./bothy build "$work/$name.yaml" --locked --quiet -o "oci:$work/again" > /dev/null; done
  done
  for _ in 1 2; do ./bothy build "$work/openssh.yaml" --quiet -o "oci:$work/again" > /dev/null; done
}

# What the payloads of packages are apart from the packages, and our encoder: DIRECTORY.
prepare_parts() {
  local deb
  for deb in "$1"/*.deb; do ar p "$deb" data.tar.xz > "$deb.xz"; done
  [ -n "${benchmarks:-}" ] || dotnet build -c Release -v quiet bench/Bothy.Benchmarks > /dev/null
  benchmarks=artifacts/bin/Bothy.Benchmarks/release/Bothy.Benchmarks.dll
}

# A build from packages on disk and an empty store, and each of its parts alone on one core: SUFFIX IMAGE. The packages are those of packagesSUFFIX.
from_packages() {
  local suffix=$1 image=$2 packages=$work/packages$1
  rm -rf "$work/cold" "$work/cold-image"
  BOTHY_STORE=$work/cold measure "from-packages$suffix" ./bothy build "$work/$image.yaml" --locked --offline --packages-from "$packages" -o "oci:$work/cold-image"
  rm -rf "$work/cold" "$work/cold-image"
  measure "part:xz$suffix" bash -c 'cat "$1"/*.xz | xz -dc > /dev/null' _ "$packages"
  measure "part:sha256$suffix" bash -c 'sha256sum "$1"/*.deb' _ "$packages"
  measure "part:encoder$suffix" dotnet "$benchmarks" encode "$work/$image.tar"
}

# Payloads of Debian packages in three sizes; what they have in common is that nothing of them is in the store.
scaling() {
  local rounds=${1:-5} size names
  export BOTHY_STORE=$work/store
  for size in 10 100 500; do
    case $size in
      10) names='coreutils' ;;
      100) names='base-files, python3, git, curl, openssh-client, postgresql-client, vim' ;;
      500) names='base-files, python3, git, curl, openssh-client, postgresql-client, vim, ruby-rails, libcatalyst-perl, python3-django, python3-sphinx, devscripts,
        build-essential, emacs-nox, mutt, php, apache2, python3-flask, python3-aiohttp, ipython3, gdb, strace, tcpdump, tmux, rsync, htop, redis-server, nginx' ;;
    esac
    printf 'contents:\n  repositories: [deb bookworm main]\n  packages: [%s]\n' "$names" > "$work/$size.yaml"
    ./bothy lock "$work/$size.yaml" --quiet --vendor "$work/packages,$size"
    ./bothy build "$work/$size.yaml" --locked --quiet -o "rootfs:$work/$size.tar" > /dev/null
    prepare_parts "$work/packages,$size"
  done

  : > "$work/results"
  for _ in $(seq "$rounds"); do
    for size in 10 100 500; do from_packages ",$size" "$size"; done
  done

  for size in 10 100 500; do
    echo "$size: $(ls "$work/packages,$size"/*.deb | wc -l) packages, $(du -cb "$work/packages,$size"/*.deb | awk 'END { printf "%.0f", $1 / 1e6 }') MB, $(stat -c %s "$work/$size.tar" | awk '{ printf "%.0f", $1 / 1e6 }') MB unpacked"
  done
  echo "$rounds rounds, $(nproc) cores; medians"
  for size in 10 100 500; do report "from-packages,$size" "part:xz,$size" "part:sha256,$size" "part:encoder,$size"; done
  echo
  for size in 10 100 500; do bar_of_parts ",$size"; done
}

# The median of a name's results: NAME COLUMN (2 is wall time).
median() {
  awk -v name="$1" -v column="$2" '$1 == name { print $column }' "$work/results" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# How the median of a name is to what it should be at most: NAME SECONDS.
bar() {
  awk -v name="$1" -v is="$(median "$1" 2)" -v bar="$2" 'BEGIN { printf "%-22s %.2f s where %.2f is wanted: %.2f of it\n", name, is, bar, is / bar }'
}

# 1.3 times the parts, shared by the cores, and 0.3 s: SUFFIX.
bar_of_parts() {
  local seconds
  seconds=$(awk -v xz="$(median "part:xz$1" 2)" -v sha="$(median "part:sha256$1" 2)" -v encoder="$(median "part:encoder$1" 2)" -v cores="$(nproc)" \
    'BEGIN { print 1.3 * (xz + sha + encoder) / cores + 0.3 }')
  bar "from-packages$1" "$seconds"
}

# An OCI layout of layers of noise: DIRECTORY MIB...
noise_layout() {
  local directory=$1 size digest layers= diffs=
  shift
  mkdir -p "$directory/blobs/sha256" "$work/noise"
  for size in "$@"; do
    head -c "${size}M" /dev/urandom > "$work/noise/file"
    tar -C "$work/noise" -cf "$directory/layer" file
    digest=$(sha256sum "$directory/layer" | cut -d' ' -f1)
    layers+="${layers:+,}{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar\",\"digest\":\"sha256:$digest\",\"size\":$(stat -c %s "$directory/layer")}"
    diffs+="${diffs:+,}\"sha256:$digest\""
    mv "$directory/layer" "$directory/blobs/sha256/$digest"
  done
  rm -r "$work/noise"
  put_document() {
    printf '%s' "$2" > "$1/document"
    digest=$(sha256sum "$1/document" | cut -d' ' -f1)
    mv "$1/document" "$1/blobs/sha256/$digest"
  }
  put_document "$directory" "{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[$diffs]}}"
  put_document "$directory" "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\"sha256:$digest\",\"size\":$(stat -c %s "$directory/blobs/sha256/$digest")},\"layers\":[$layers]}"
  printf '{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:%s","size":%s}]}' \
    "$digest" "$(stat -c %s "$directory/blobs/sha256/$digest")" > "$directory/index.json"
  printf '{"imageLayoutVersion":"1.0.0"}' > "$directory/oci-layout"
}

# From a registry of this machine into a layout that is not there yet, and from a layout into the registry.
copy() {
  local rounds=${1:-5} port=$((20000 + RANDOM % 10000)) registry
  cat > "$work/registry.yml" <<TEXT
version: 0.1
log: { level: error }
storage: { filesystem: { rootdirectory: $work/registry } }
http: { addr: '127.0.0.1:$port', secret: x }
TEXT
  docker-registry serve "$work/registry.yml" > /dev/null 2>&1 &
  registry=$!
  trap 'kill '$registry'; rm -rf "$work"' EXIT
  ./bothy --version > /dev/null   # builds the tool
  noise_layout "$work/small" 24 20 12 4
  noise_layout "$work/large" 2048
  until skopeo copy --quiet --dest-tls-verify=false "oci:$work/small" "docker://127.0.0.1:$port/small:1" 2> /dev/null; do sleep 0.1; done

  : > "$work/results"
  for _ in $(seq "$rounds"); do
    rm -rf "$work/a" "$work/b"
    measure bothy,pull-60M ./bothy copy --quiet "127.0.0.1:$port/small:1" "oci:$work/a:1"
    measure skopeo,pull-60M skopeo copy --quiet --src-tls-verify=false "docker://127.0.0.1:$port/small:1" "oci:$work/b:1"
    measure bothy,push-again ./bothy copy --quiet "oci:$work/small" "127.0.0.1:$port/small:1"
    measure skopeo,push-again skopeo copy --quiet --dest-tls-verify=false "oci:$work/small" "docker://127.0.0.1:$port/small:1"
  done
  measure bothy,push-2G ./bothy copy --quiet "oci:$work/large" "127.0.0.1:$port/large:1"
  rm -rf "$work/large"
  measure bothy,pull-2G ./bothy copy --quiet "127.0.0.1:$port/large:1" "oci:$work/a:2"

  echo "$rounds rounds, $(nproc) cores; medians; skopeo $(skopeo --version | cut -d' ' -f3)"
  report bothy,pull-60M skopeo,pull-60M bothy,push-again skopeo,push-again bothy,push-2G bothy,pull-2G
}

# An image of one layer in gzip, as a docker archive: TAR ARCHIVE. Made by tar, gzip and sha256sum alone, so that none of it is ours.
docker_archive() {
  local parts=$work/parts diff
  mkdir -p "$parts"
  gzip -6 -n < "$1" > "$parts/layer.tar.gz"
  diff=$(sha256sum "$1" | cut -d' ' -f1)
  printf '{"architecture":"amd64","os":"linux","created":"2024-01-01T00:00:00Z","config":{},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' "$diff" > "$parts/config.json"
  printf '[{"Config":"config.json","RepoTags":["minbase:1"],"Layers":["layer.tar.gz"]}]' > "$parts/manifest.json"
  tar -C "$parts" -cf "$2" manifest.json config.json layer.tar.gz
}

sbom() {
  local rounds=${1:-5} format
  ./bothy build examples/java.yaml --quiet -o "oci:$work/java" > /dev/null
  ./bothy sbom "oci:$work/java" -o "$work/java.spdx.json"
  mmdebstrap --quiet --variant=minbase bookworm "$work/minbase.tar"
  docker_archive "$work/minbase.tar" "$work/minbase.docker.tar"

  : > "$work/results"
  for _ in $(seq "$rounds"); do
    rm -rf "$work/store"
    BOTHY_STORE=$work/store measure minbase,cold ./bothy sbom "docker-archive:$work/minbase.docker.tar" -o "$work/minbase.spdx.json"
    BOTHY_STORE=$work/store measure minbase,warm ./bothy sbom "docker-archive:$work/minbase.docker.tar" -o "$work/minbase.spdx.json"
    for format in spdx cyclonedx; do
      measure "java,$format" ./bothy sbom "oci:$work/java" --format "$format" -o "$work/java.json"
    done
    measure part:gzip bash -c 'gzip -dc "$1" > /dev/null' _ "$work/parts/layer.tar.gz"
  done

  echo "minbase: $(grep -o '"fileName"' "$work/minbase.spdx.json" | wc -l) files; java: $(grep -o '"fileName"' "$work/java.spdx.json" | wc -l); $rounds rounds, $(nproc) cores; medians"
  report minbase,cold minbase,warm java,spdx java,cyclonedx part:gzip
}

# A layout of one plain layer, which is moved there: DIRECTORY ARCHIVE.
plain_layout() {
  local blobs=$1/blobs/sha256 layer config manifest
  mkdir -p "$blobs"
  put() {
    local digest
    digest=$(sha256sum "$1" | cut -d' ' -f1)
    mv "$1" "$blobs/$digest"
    echo "$digest"
  }
  local size
  size=$(stat -c %s "$2")
  layer=$(put "$2")
  printf '{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' "$layer" > "$work/config"
  local config_size manifest_size
  config_size=$(stat -c %s "$work/config")
  config=$(put "$work/config")
  printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:%s","size":%s},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"sha256:%s","size":%s}]}' \
    "$config" "$config_size" "$layer" "$size" > "$work/manifest"
  manifest_size=$(stat -c %s "$work/manifest")
  manifest=$(put "$work/manifest")
  printf '{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:%s","size":%s}]}' "$manifest" "$manifest_size" > "$1/index.json"
  printf '{"imageLayoutVersion":"1.0.0"}' > "$1/oci-layout"
}

inspect() {
  local rounds=${1:-5} layer
  mmdebstrap --variant=minbase --aptopt='APT::Sandbox::User "root"' bookworm "$work/minbase.tar" 2> "$work/err"
  umoci init --layout "$work/minbase" && umoci new --image "$work/minbase:latest" && umoci raw add-layer --image "$work/minbase:latest" "$work/minbase.tar"
  layer=$(find "$work/minbase/blobs" -size +1M)

  # 20,000 files of 100 KB that no two are alike.
  mkdir "$work/large"
  head -c 2000000000 /dev/urandom | split -b 100000 -a 4 - "$work/large/"
  tar -C "$work/large" --owner=0 --group=0 -cf "$work/large.tar" . && rm -r "$work/large"
  plain_layout "$work/big" "$work/large.tar"
  ./bothy --version > /dev/null   # builds the tool

  : > "$work/results"
  for _ in $(seq "$rounds"); do
    rm -rf "$work/store" "$work/bundle"
    BOTHY_STORE=$work/store measure bothy,cold ./bothy inspect --format json "$work/minbase"
    BOTHY_STORE=$work/store measure bothy,warm ./bothy inspect --format json "$work/minbase"
    BOTHY_STORE=$work/store measure bothy-tree,warm ./bothy tree --format json "$work/minbase"
    measure umoci-unpack umoci unpack --image "$work/minbase:latest" "$work/bundle"
    measure gzip-alone bash -c 'gzip -dc "$1" > /dev/null' _ "$layer"
  done
  BOTHY_STORE=$work/store measure bothy,2GB ./bothy inspect --format json "$work/big"
  BOTHY_STORE=$work/store measure bothy,2GB,warm ./bothy inspect --format json "$work/big"

  echo "minbase: $(stat -c %s "$layer") bytes of gzip, $(stat -c %s "$work/minbase.tar") of tar; $rounds rounds, $(nproc) cores; medians"
  report bothy,cold bothy,warm bothy-tree,warm umoci-unpack gzip-alone bothy,2GB bothy,2GB,warm
}

advisories() {
  local rounds=${1:-5}
  dotnet run --project bench/Bothy.Benchmarks -c Release -- tracker 60 "$work/tracker.json"
  ./bothy --version > /dev/null   # builds the tool

  : > "$work/results"
  for _ in $(seq "$rounds"); do
    rm -rf "$work/store"
    BOTHY_STORE=$work/store measure bothy,import ./bothy db import "$work/tracker.json"
    BOTHY_STORE=$work/store measure bothy,status ./bothy db status
    measure python,json.load python3 -c 'import json, sys; json.load(open(sys.argv[1]))' "$work/tracker.json"
  done
  echo "$(stat -c %s "$work/tracker.json") bytes make a snapshot of $(BOTHY_STORE=$work/store ./bothy db status --format json | grep -m 1 '"bytes"')"
  report bothy,import bothy,status python,json.load
}

# A tracker as large as Debian's: every source of a dpkg status, and as many others as it takes.
tracker() {
  python3 - "$1" "$2" <<'PYTHON'
import json, sys
sources = []
for stanza in open(sys.argv[1], encoding="utf-8").read().split("\n\n"):
    fields = dict(line.split(": ", 1) for line in stanza.split("\n") if ": " in line and not line.startswith(" "))
    if "Package" in fields:
        sources.append((fields.get("Source", fields["Package"]).split(" ")[0], fields["Version"]))
releases = ["bookworm", "bullseye", "sid", "trixie"]
def entry(n, fixed):
    return {"description": "A flaw that is described here in as many words as such a flaw usually gets, which are not few. " * 2, "scope": "local",
            "releases": {r: {"status": "resolved" if fixed else "open", "repositories": {r: "1.0-1"}, **({"fixed_version": fixed} if fixed else {}), "urgency": "not yet assigned"} for r in releases}}
tracker = {name: {f"CVE-2020-{10000 + i * 20 + n}": entry(n, [version, "0", version + "+fixed", None][n % 4]) for n in range(20)} for i, (name, version) in enumerate(dict(sources).items())}
for i in range(7000):
    tracker[f"other-{i}"] = {f"CVE-2021-{10000 + i * 10 + n}": entry(n, "1.0-2") for n in range(10)}
json.dump(tracker, open(sys.argv[2], "w"))
PYTHON
}

scan() {
  local rounds=${1:-5} data layer
  data=$(alpine_data)
  ./bothy --version > /dev/null   # builds the tool
  export BOTHY_STORE=$work/store

  cat > "$work/openssh.yaml" <<TEXT
contents:
  repositories: [$data/v3.19.1-boot]
  keyring: [$data/keys/alpine-devel@lists.alpinelinux.org-6165ee59.rsa.pub]
  packages: [alpine-base, openssh, chrony]
archs: [x86_64]
TEXT

  # The advisories at hand are of another release: the same statements about this one.
  for repository in main community; do
    sed 's/"distroversion": *"v3.17"/"distroversion": "v3.19"/' "$data/../advisories/alpine/v3.17/$repository.json" > "$work/$repository.json"
  done
  mmdebstrap --variant=minbase --aptopt='APT::Sandbox::User "root"' bookworm "$work/minbase.tar" 2> "$work/err"
  umoci init --layout "$work/minbase" && umoci new --image "$work/minbase:latest" && umoci raw add-layer --image "$work/minbase:latest" "$work/minbase.tar"
  tar -xf "$work/minbase.tar" -O ./var/lib/dpkg/status > "$work/status"
  tracker "$work/status" "$work/tracker.json"
  measure import ./bothy db import "$work/main.json" "$work/community.json" "$work/tracker.json"
  ./bothy build "$work/openssh.yaml" -q -o "oci:$work/alpine" > /dev/null

  for _ in $(seq "$rounds"); do
    measure scan,alpine,warm ./bothy scan "oci:$work/alpine" --format json
    measure scan,alpine,text ./bothy scan "oci:$work/alpine"
    BOTHY_STORE=$work/fresh measure fresh ./bothy --version
    measure scan,minbase,warm ./bothy scan "oci:$work/minbase" --format json
  done
  layer=$(find "$work/minbase/blobs" -size +1M)
  for _ in $(seq "$rounds"); do
    # Nothing but the advisories is in the store.
    rm -rf "$work/cold" && mkdir "$work/cold"
    BOTHY_STORE=$work/cold ./bothy db import "$work/tracker.json" > /dev/null 2>&1
    BOTHY_STORE=$work/cold measure scan,minbase,cold ./bothy scan "oci:$work/minbase" --format json
    measure gzip-alone bash -c 'gzip -dc "$1" > /dev/null' _ "$layer"
  done
  echo "tracker: $(stat -c %s "$work/tracker.json") bytes; minbase: $(stat -c %s "$layer") bytes of gzip; $rounds rounds, $(nproc) cores; medians"
  report import fresh scan,alpine,warm scan,alpine,text scan,minbase,cold scan,minbase,warm gzip-alone
}

# Medians of each name's results, and the fastest. Processor time is what a busy machine changes least.
report() {
  printf '%-22s %9s %9s %9s %11s\n' '' 'wall s' 'fastest' 'cpu s' 'peak MB'
  local name
  for name in "$@"; do
    awk -v name="$name" '$1 == name { print $4 + $5 }' "$work/results" | sort -n | awk '{ cpu[NR] = $1 } END { print cpu[int((NR + 1) / 2)] }' > "$work/cpu"
    awk -v name="$name" '$1 == name { print $2, $3 }' "$work/results" | sort -n | awk -v name="$name" -v cpu="$(cat "$work/cpu")" '
      { wall[NR] = $1; if ($2 > peak) peak = $2 }
      END { printf "%-22s %9.2f %9.2f %9.2f %11.0f\n", name, wall[int((NR + 1) / 2)], wall[1], cpu, peak / 1024 }'
  done
}


# A release as Ubuntu's are: packages of four slices, patterns under the library directory, needs of what comes before, some 1.9 kB a file.
slices_release() {
  mkdir -p "$1/slices"
  cat > "$1/chisel.yaml" <<TEXT
format: v1
archives:
  debian: {version: 12, suites: [bookworm], components: [main]}
TEXT
  awk -v directory="$1/slices" 'BEGIN {
    for (package = 0; package < 680; package++) {
      name = "package" package
      file = directory "/" name ".yaml"
      need = package > 3 ? "      - package" int(package / 2) "_libs\n      - package" int(package / 3) "_libs\n" : ""
      printf "package: %s\n\nessential:\n  - %s_copyright\n\nslices:\n", name, name > file
      printf "  bins:\n    essential:\n      - %s_libs\n      - %s_config\n%s    contents:\n", name, name, need > file
      for (i = 0; i < 8; i++) printf "      /usr/bin/%s-tool%d:\n", name, i > file
      printf "\n  libs:\n    essential:\n%s    contents:\n", need == "" ? "      - " name "_config\n" : need > file
      for (i = 0; i < 6; i++) printf "      /usr/lib/*-linux-*/lib%s-part%d.so.*:\n", name, i > file
      printf "      /usr/lib/*-linux-*/%s/**:\n      /usr/lib/%s/: {make: true}\n", name, name > file
      printf "\n  config:\n    contents:\n      /etc/%s.conf: {text: FIXME, mutable: true}\n", name > file
      for (i = 0; i < 10; i++) printf "      /usr/share/%s/part%d/data.db: {until: mutate}\n", name, i > file
      printf "    mutate: |\n      parts = [content.read(\"/usr/share/%s/part%%d/data.db\" %% i) for i in range(10)]\n      content.write(\"/etc/%s.conf\", \"\".join(parts))\n", name, name > file
      printf "\n  copyright:\n    contents:\n      /usr/share/doc/%s/copyright:\n", name > file
      close(file)
    }
  }'
}

slices() {
  local rounds=${1:-5}
  slices_release "$work/release"
  ./bothy slices check "$work/release"
  : > "$work/results"
  for _ in $(seq "$rounds"); do
    measure slices,check ./bothy slices check "$work/release"
    measure slices,find ./bothy slices find /usr/lib/x86_64-linux-gnu/libpackage77-part3.so.1 --release "$work/release"
    measure part:pyyaml python3 -c 'import glob, sys, yaml; [yaml.load(open(file), Loader=yaml.CSafeLoader) for file in glob.glob(sys.argv[1])]' "$work/release/slices/*.yaml"
  done

  echo "$(ls "$work/release/slices" | wc -l) files, $(cat "$work"/release/slices/* | wc -c) bytes; $rounds rounds, $(nproc) cores; medians"
  report slices,check slices,find part:pyyaml
}

case "${1:-}" in
  debian) debian "${2:-5}" ;;
  alpine) alpine "${2:-5}" ;;
  store) store "${2:-5}" ;;
  scaling) scaling "${2:-5}" ;;
  copy) copy "${2:-5}" ;;
  sbom) sbom "${2:-5}" ;;
  slices) slices "${2:-5}" ;;
  inspect) inspect "${2:-5}" ;;
  advisories) advisories "${2:-5}" ;;
  scan) scan "${2:-5}" ;;
  *) sed -n '2,14s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
