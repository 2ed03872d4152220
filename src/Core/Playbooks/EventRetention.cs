using System.Text.Json;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>How long an execution's rows stay in the log after its end, whatever becomes of its resource.</summary>
/// <param name="Period">Null: they are kept.</param>
public readonly record struct EventRetention(TimeSpan? Period)
{
    public static EventRetention Default { get; } = new(TimeSpan.FromDays(30));

    /// <summary>Reads a duration above zero, or <c>keep</c>.</summary>
    public static bool TryRead(JsonElement value, out EventRetention retention)
    {
        if (value.ValueKind == JsonValueKind.String && value.ValueEquals("keep"))
        {
            retention = new EventRetention(null);
            return true;
        }

        var read = Duration.TryRead(value, out var period) && period > TimeSpan.Zero;
        retention = read ? new EventRetention(period) : Default;
        return read;
    }
}

/// <summary>Compiles <c>eventRetention</c>.</summary>
internal static class RetentionCompiler
{
    public const string Expected = "keep, or a duration above zero, such as 30d";

    public static EventRetention Compile(FieldReader owner)
    {
        if (owner.Take("eventRetention") is not { } value) return EventRetention.Default;
        if (EventRetention.TryRead(value, out var retention)) return retention;
        owner.Wrong(value, Expected, "eventRetention");
        return retention;
    }
}
