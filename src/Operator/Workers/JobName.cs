using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.Operator.Workers;

/// <summary>
/// Names of worker Jobs: a pure function of the delivery, so that creating one twice is found out by the API server.
/// Shape: <c>&lt;step&gt;-&lt;index&gt;-&lt;16 hex digits&gt;</c>, at most 63 characters, a valid label and DNS name.
/// </summary>
internal static class JobName
{
    private const int MaxLength = 63;
    private const int HashBytes = 8;

    public static string Of(ExecutionId id, string step, int epoch, Delivery delivery)
    {
        Span<byte> key = stackalloc byte[32];
        BinaryPrimitives.WriteInt64BigEndian(key, id.Value);
        BinaryPrimitives.WriteInt64BigEndian(key[8..], delivery.Key.RunId);
        BinaryPrimitives.WriteInt64BigEndian(key[16..], delivery.Key.Index);
        BinaryPrimitives.WriteInt32BigEndian(key[24..], delivery.Fence);
        BinaryPrimitives.WriteInt32BigEndian(key[28..], epoch);
        var hash = Convert.ToHexStringLower(SHA256.HashData(key).AsSpan(0, HashBytes));
        var tail = delivery.Key.IsCall ? $"-{hash}" : delivery.Key.IsPool ? $"-pool-{hash}" : $"-{delivery.Key.Index}-{hash}";
        return Readable(step, MaxLength - tail.Length) + tail;
    }

    /// <summary>The step's name in lower case, other characters as -, cut; people find their Jobs by it.</summary>
    private static string Readable(string step, int room)
    {
        var name = new StringBuilder(step.Length);
        foreach (var c in step)
        {
            if (name.Length == room) break;
            name.Append(char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-');
        }

        var trimmed = name.ToString().Trim('-');
        return trimmed.Length == 0 ? "step" : trimmed;
    }
}
