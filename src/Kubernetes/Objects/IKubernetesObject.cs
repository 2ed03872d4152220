namespace PlaybookOperator.Kubernetes.Objects;

/// <summary>Anything the API server stores: it has metadata. Implementations are immutable records.</summary>
public interface IKubernetesObject
{
    ObjectMeta Metadata { get; }
}
