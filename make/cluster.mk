# A real cluster on this machine, the images, and the product installed on it. Included by the Makefile.
CLUSTER_DIR ?= $(or $(XDG_STATE_HOME),$(HOME)/.local/state)/playbook-operator/cluster
CACHE_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/playbook-operator
export CLUSTER_DIR CACHE_DIR

.PHONY: cluster-up cluster-down
cluster-up: ## start a real one-node Kubernetes here (CLUSTER=existing: use the one of KUBECONFIG)
	@hack/cluster/up.sh

cluster-down: ## stop that cluster and remove everything it left
	@hack/cluster/down.sh
