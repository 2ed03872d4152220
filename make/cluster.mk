# A real cluster on this machine, the images, and the product installed on it. Included by the Makefile.
# The cluster's folder can be moved (make CLUSTER_DIR=...); tests find the cluster through $(CLUSTER_KUBECONFIG).
CLUSTER_DIR ?= $(or $(XDG_STATE_HOME),$(HOME)/.local/state)/playbook-operator/cluster
CLUSTER_KUBECONFIG = $(CLUSTER_DIR)/kubeconfig
export CLUSTER_DIR

.PHONY: cluster-up cluster-down cluster-smoke image deploy sample up chart chart-sync chart-check
cluster-up: ## start a real one-node Kubernetes here (CLUSTER=existing: use the one of KUBECONFIG)
	@hack/cluster/up.sh

cluster-down: ## stop that cluster and remove everything it left
	@hack/cluster/down.sh

cluster-smoke: ## check what the product needs from the cluster
	@hack/cluster/smoke.sh

image: ## build the container images (no Docker needed) and give them to the running cluster
	@hack/images/base.sh
	@hack/images/postgres.sh
	@hack/images/programs.sh
	@hack/images/load.sh

deploy: ## install or upgrade the operator on the cluster (DEPLOY_ARGS="-set replicas=2")
	@hack/cluster/deploy.sh $(DEPLOY_ARGS)

sample: ## run the sample playbook on the cluster
	@hack/cluster/sample.sh

up: ## cluster, images, operator and a sample: ends in kubectl get executions
	@hack/cluster/up.sh
	@$(MAKE) --no-print-directory image
	@$(MAKE) --no-print-directory deploy
	@hack/cluster/sample.sh

chart: ## print the rendered chart (CHART_ARGS="-set replicas=2")
	@hack/chart/render.sh $(CHART_ARGS)

chart-sync: ## copy the CRDs into chart and config, and regenerate config from the chart
	@hack/chart/sync.sh

chart-check: ## fail when chart, config and CRDs disagree
	@hack/chart/sync.sh --check
