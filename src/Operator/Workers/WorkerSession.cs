using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.Operator.Workers;

/// <summary>What a worker may speak about: one delivery, until it expires.</summary>
/// <param name="Pod">Uid of the pod that exchanged its token.</param>
internal sealed record WorkerSession(ExecutionId Execution, Delivery Delivery, string Pod, DateTimeOffset ExpiresAt);

/// <summary>
/// Signs sessions so that every replica can verify them without asking anybody: <c>v1.&lt;payload&gt;.&lt;HMAC-SHA256&gt;</c>, both base64url.
/// </summary>
internal sealed class SessionSigner(byte[] key, TimeProvider time)
{
    private const string Version = "v1";
    private const int MaxLength = 1024;

    public string Sign(WorkerSession session)
    {
        var payload = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"{session.Execution.Value} {session.Delivery.Key.RunId} {session.Delivery.Key.Index} {session.Delivery.Fence} {session.ExpiresAt.ToUnixTimeSeconds()} {session.Pod}"));
        return $"{Version}.{Base64Url.EncodeToString(payload)}.{Base64Url.EncodeToString(HMACSHA256.HashData(key, payload))}";
    }

    /// <summary>Null when the text is not a session of ours, or has expired.</summary>
    public WorkerSession? Verify(string token)
    {
        if (token.Length > MaxLength || token.Split('.') is not [Version, var body, var signature]) return null;
        if (!Base64Url.IsValid(body) || !Base64Url.IsValid(signature)) return null;
        var payload = Base64Url.DecodeFromChars(body);
        var expected = HMACSHA256.HashData(key, payload);
        if (!CryptographicOperations.FixedTimeEquals(expected, Base64Url.DecodeFromChars(signature))) return null;
        var session = Read(Encoding.UTF8.GetString(payload));
        return session.ExpiresAt > time.GetUtcNow() ? session : null;
    }

    private static WorkerSession Read(string payload)
    {
        var parts = payload.Split(' ');
        var key = new WorkKey(Number(parts[1]), Number(parts[2]));
        return new WorkerSession(
            new ExecutionId(Number(parts[0])),
            new Delivery(key, (int)Number(parts[3])),
            parts[5],
            DateTimeOffset.FromUnixTimeSeconds(Number(parts[4])));

        static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
    }
}
