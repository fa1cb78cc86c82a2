# shellcheck shell=bash disable=SC2154
# What every machine has: the kernel's settings, CRI-O and Kubernetes, and images. Sourced by slipway-bootstrap.

readonly APT=(apt-get -o DPkg::Lock::Timeout=600 -o Acquire::Retries=5 --yes --quiet)
readonly CRIO_BUILDS=https://storage.googleapis.com/cri-o/artifacts
readonly CRIO_SOCKET=unix:///var/run/crio/crio.sock

prepare_kernel() {
    swapoff -a
    sed -i '/\sswap\s/s/^[^#]/#&/' /etc/fstab
    printf '%s\n' overlay br_netfilter >/etc/modules-load.d/slipway.conf
    printf 'install %s /bin/false\n' dccp sctp >/etc/modprobe.d/slipway.conf
    printf '%s = 1\n' net.ipv4.ip_forward net.bridge.bridge-nf-call-iptables net.bridge.bridge-nf-call-ip6tables \
        >/etc/sysctl.d/90-slipway.conf
    modprobe --all overlay br_netfilter
    sysctl --quiet --load /etc/sysctl.d/90-slipway.conf
}

# install_everything <Kubernetes' version> <its minor>. The packages of CRI-O come by way of mirrors, the weakest link of
# a boot: where they cannot be had, its static build serves.
install_everything() {
    local version=$1 minor=$2 build
    if [[ ! $version =~ ^$minor\.[0-9]+$ ]]; then die "$version is no patch of $minor"; fi
    retry 10 20 add_repository kubernetes "https://pkgs.k8s.io/core:/stable:/v$minor/deb"
    if retry 3 10 add_repository cri-o "https://download.opensuse.org/repositories/isv:/cri-o:/stable:/v$minor/deb" &&
        retry 3 20 install_packages "$version" cri-o; then
        return
    fi
    rm -f /etc/apt/sources.list.d/cri-o.list
    build=$(fact kubernetes.crio)
    if [[ ! $build =~ ^v[0-9.]+$ ]]; then die 'the packages of CRI-O cannot be had, and no static build of it is known'; fi
    echo "the packages of CRI-O cannot be had: its static build $build instead"
    retry 5 20 install_static_crio "$build"
    retry 10 20 install_packages "$version"
}

# What has been mended since the stock image was made.
upgrade_everything() {
    "${APT[@]}" update && "${APT[@]}" upgrade
}

add_repository() {
    local name=$1 url=$2
    install -d -m 0755 /etc/apt/keyrings &&
        fetch "$url/Release.key" "$STATE/$name.key" &&
        gpg --batch --yes --dearmor --output "/etc/apt/keyrings/$name.gpg" "$STATE/$name.key" &&
        echo "deb [signed-by=/etc/apt/keyrings/$name.gpg] $url/ /" >"/etc/apt/sources.list.d/$name.list"
}

# install_packages <Kubernetes' version> <more ...>
install_packages() {
    local version=$1
    shift
    "${APT[@]}" update &&
        "${APT[@]}" install --allow-change-held-packages --allow-downgrades \
            "kubelet=$version-*" "kubeadm=$version-*" "kubectl=$version-*" "$@" cri-tools conntrack ethtool socat nftables &&
        apt-mark hold kubelet kubeadm kubectl "$@"
}

# The build's own network would be taken before Calico's is there.
install_static_crio() {
    local url=$CRIO_BUILDS/cri-o.amd64.$1.tar.gz folder=$STATE/cri-o
    rm -rf "$folder" && mkdir "$folder" &&
        fetch "$url" "$folder.tar.gz" &&
        fetch "$url.sha256sum" "$folder.sum" &&
        echo "$(cut -d ' ' -f 1 "$folder.sum")  $folder.tar.gz" | sha256sum --check --strict &&
        tar --extract --file "$folder.tar.gz" --directory "$folder" --strip-components 1 &&
        (cd "$folder" && bash ./install) &&
        rm -rf /etc/cni/net.d/*crio* "$folder" "$folder.tar.gz" "$folder.sum" &&
        systemctl daemon-reload
}

fetch() {
    curl --fail --silent --show-error --location --retry 3 --retry-all-errors --connect-timeout 10 --max-time 120 \
        --output "$2" "$1"
}

# That images are there saves time later. Where they cannot be had now, those who need them ask for them again.
pull_everything() {
    local images
    if [[ $role != node ]]; then
        retry 5 20 kubeadm config images pull --kubernetes-version "v$1" --cri-socket "$CRIO_SOCKET" || echo 'kubeadm has no images yet'
    fi
    mapfile -t images <<<"$(fact images)"
    if [[ $role == image ]]; then
        pull_images "${images[@]}"
    else
        # Beside the rest, which does not wait.
        pull_images "${images[@]}" &
    fi
}

pull_images() {
    local image
    for image in "$@"; do
        [[ -z $image ]] || retry 2 5 timeout 300 crictl --runtime-endpoint "$CRIO_SOCKET" pull "$image" || echo "no image $image yet"
    done
}
