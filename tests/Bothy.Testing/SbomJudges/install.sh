#!/usr/bin/env bash
# Installs the programs that judge bills of materials into a directory: the library of the CycloneDX project with its schemas and the reference library for
# package URLs and the schema of SARIF, from npm, and the validator of the SPDX project, from Debian sid, which bookworm lacks and whose packages are of Python alone. Needs node, npm, python3
# with python3-yaml, and an apt that knows a mirror of Debian.
set -euo pipefail
target=${1:?usage: install.sh DIRECTORY}
[ ! -e "$target/complete-2" ] || exit 0
rm -rf "$target"
mkdir -p "$target/npm" "$target/apt/lists/partial" "$target/apt/archives/partial" "$target/python"

# Node trusts authorities of its own and not those that the machine trusts; npm would try again for minutes and say nothing.
export NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}
npm install --prefix "$target/npm" --no-audit --no-fund --loglevel=error --fetch-retries=1 --fetch-timeout=60000 \
  @cyclonedx/cyclonedx-library@10.3.0 ajv@8 ajv-formats@3 ajv-formats-draft2019@1 packageurl-js@2.0.1 @microsoft/jest-sarif@1.0.0-beta.0 > /dev/null

mirror=$(apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(CODENAME)' 'Created-By: Packages' | awk '$2 == "Debian" && $3 == "bookworm" { print $1; exit }')
if [ -z "$mirror" ]; then
  echo "error: cannot install the validator of SPDX: apt knows no mirror of Debian bookworm" >&2
  exit 1
fi

echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror sid main" > "$target/apt/sources.list"
cat > "$target/apt/apt.conf" <<TEXT
Dir::State::lists "$target/apt/lists";
Dir::State::status "/dev/null";
Dir::Cache "$target/apt";
Dir::Etc::sourcelist "$target/apt/sources.list";
Dir::Etc::sourceparts "-";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
APT::Sandbox::User "root";
TEXT
export APT_CONFIG=$target/apt/apt.conf
apt-get update -qq
(
  cd "$target/apt/archives"
  apt-get download -qq python3-spdx-tools python3-license-expression python3-boolean python3-ply python3-beartype python3-semantic-version \
    python3-uritools python3-xmltodict python3-rdflib python3-click python3-pyparsing
  for package in *.deb; do
    dpkg-deb -x "$package" "$target/python"
  done
)
rm -rf "$target/apt"
touch "$target/complete-2"
