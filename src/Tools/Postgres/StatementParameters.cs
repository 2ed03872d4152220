using Npgsql;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Tools.Postgres;

/// <summary>Reads <c>params</c>: a list for <c>$1</c>, <c>$2</c>, …, or a map for <c>@name</c>.</summary>
internal static class StatementParameters
{
    public static IReadOnlyList<NpgsqlParameter> Read(SettingsReader settings)
    {
        if (!settings.Has("params")) return [];
        var given = settings.Get("params");
        switch (given.Kind)
        {
            case ValueKind.List:
                return [.. given.Items.Select(item => BoundText.Parameter(BoundText.Of(item)))];
            case ValueKind.Map:
                return [.. given.Members.Select(member => BoundText.Parameter(BoundText.Of(member.Value), member.Key))];
            default:
                settings.Fail("params", $"must be a list or a map, not a {given.TypeName}.");
                return [];
        }
    }
}
