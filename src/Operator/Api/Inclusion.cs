using System.Globalization;
using PlaybookOperator.Core.Playbooks;

namespace PlaybookOperator.Operator.Api;

/// <summary>What the caller wants beside the execution itself: <c>include</c> and <c>depth</c>.</summary>
/// <param name="Depth">Levels of children; null: as many as the playbook allows.</param>
internal sealed record Inclusion(bool Children, bool Playbook, int? Depth)
{
    private static readonly string[] s_parts = ["children", "playbook"];

    /// <summary>The wishes, or a problem that names the parameter.</summary>
    public static (Inclusion? Wants, IResult? Problem) Read(IQueryCollection parameters)
    {
        string[] parts = [.. parameters["include"].SelectMany(text => (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
        if (parts.FirstOrDefault(part => !s_parts.Contains(part)) is { } unknown)
        {
            var near = NearestName.Find(unknown, s_parts) is { } name ? $" (did you mean {name}?)" : "";
            return (null, Problems.Of(StatusCodes.Status422UnprocessableEntity, "include", $"must be children, playbook or both with a comma between, not '{unknown}'{near}."));
        }

        int? depth = null;
        if (parameters["depth"].ToString() is { Length: > 0 } asked)
        {
            if (!int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var levels) || levels is < 1 or > LoadingPlan.DeepestDepth)
                return Wrong($"must be an integer from 1 to {LoadingPlan.DeepestDepth}, not '{asked}'.");
            if (!parts.Contains("children")) return Wrong("goes with include=children alone.");
            depth = levels;
        }

        return (new Inclusion(parts.Contains("children"), parts.Contains("playbook"), depth), null);
    }

    private static (Inclusion?, IResult) Wrong(string what) => (null, Problems.Of(StatusCodes.Status422UnprocessableEntity, "depth", what));
}
