using System.Security.Authentication;

namespace PlaybookOperator.Kubernetes.Client;

/// <summary>Thrown out of the TLS handshake, so that the reason for a refusal is told instead of a general failure.</summary>
internal sealed class CertificateRejectedException(string message) : AuthenticationException(message);
