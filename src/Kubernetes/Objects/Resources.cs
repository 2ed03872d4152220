namespace PlaybookOperator.Kubernetes.Objects;

/// <summary>The built-in kinds that this project speaks about.</summary>
public static class Resources
{
    public static ResourceType<ConfigMap> ConfigMaps { get; } =
        new("", "v1", "configmaps", "ConfigMap", Namespaced: true, KubernetesJson.Default.ConfigMap);

    public static ResourceType<CustomResourceDefinition> CustomResourceDefinitions { get; } =
        new("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", Namespaced: false,
            KubernetesJson.Default.CustomResourceDefinition);

    public static ResourceType<Event> Events { get; } =
        new("events.k8s.io", "v1", "events", "Event", Namespaced: true, KubernetesJson.Default.Event);

    public static ResourceType<Job> Jobs { get; } =
        new("batch", "v1", "jobs", "Job", Namespaced: true, KubernetesJson.Default.Job);

    public static ResourceType<Lease> Leases { get; } =
        new("coordination.k8s.io", "v1", "leases", "Lease", Namespaced: true, KubernetesJson.Default.Lease);

    /// <summary>Metadata only; the uid of <c>kube-system</c> serves as the identity of a cluster.</summary>
    public static ResourceType<PartialObject> Namespaces { get; } =
        new("", "v1", "namespaces", "Namespace", Namespaced: false, KubernetesJson.Default.PartialObject);

    public static ResourceType<Pod> Pods { get; } =
        new("", "v1", "pods", "Pod", Namespaced: true, KubernetesJson.Default.Pod);

    public static ResourceType<SubjectAccessReview> SubjectAccessReviews { get; } =
        new("authorization.k8s.io", "v1", "subjectaccessreviews", "SubjectAccessReview", Namespaced: false,
            KubernetesJson.Default.SubjectAccessReview);

    public static ResourceType<TokenReview> TokenReviews { get; } =
        new("authentication.k8s.io", "v1", "tokenreviews", "TokenReview", Namespaced: false, KubernetesJson.Default.TokenReview);
}
