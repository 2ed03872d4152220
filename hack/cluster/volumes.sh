# Persistent volumes as folders of the node, so that claims work as on any cluster. Sourced, never run.
# shellcheck shell=bash

VOLUMES=4

# Released volumes are emptied and offered again; the controller does that with this pod.
write_recycler() {
  cat >"$CLUSTER_DIR/recycler.yaml" <<END
apiVersion: v1
kind: Pod
metadata: {generateName: recycler-, namespace: default}
spec:
  restartPolicy: Never
  containers:
  - name: recycler
    image: playbook-busybox:dev
    imagePullPolicy: Never
    securityContext: {runAsUser: 0}
    command: [sh, -c, "find /scrub -mindepth 1 -maxdepth 1 -exec rm -rf {} +"]
    volumeMounts: [{name: vol, mountPath: /scrub}]
  volumes: [{name: vol, hostPath: {path: /nowhere}}]
END
}

offer_volumes() {
  local number
  {
    cat <<END
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: node, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
provisioner: kubernetes.io/no-provisioner
END
    for number in $(seq 1 $VOLUMES); do
      mkdir -p "$CLUSTER_DIR/volumes/$number"
      # Pods run as users of their own choice, and groups are not applied to folders of the node.
      chmod 777 "$CLUSTER_DIR/volumes/$number"
      cat <<END
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: node-$number}
spec:
  storageClassName: node
  accessModes: [ReadWriteOnce]
  capacity: {storage: 20Gi}
  persistentVolumeReclaimPolicy: Recycle
  hostPath: {path: $CLUSTER_DIR/volumes/$number, type: DirectoryOrCreate}
END
    done
  } | kubectl apply -f - >/dev/null
}
