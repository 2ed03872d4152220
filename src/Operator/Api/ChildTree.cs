using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;

namespace PlaybookOperator.Operator.Api;

/// <summary>The executions below one, level by level: one query a level, however many children there are.</summary>
/// <param name="Children">Of the execution itself.</param>
/// <param name="Note">What is left out, and why; null when that is nothing.</param>
internal sealed record ChildTree(IReadOnlyList<ChildAnswer> Children, string? Note)
{
    /// <summary>Executions that are shown of one level, at most.</summary>
    public const int MostOfLevel = 500;

    /// <param name="root">The execution.</param>
    /// <param name="asked">Levels that the caller wants; null: all that <paramref name="most"/> allows.</param>
    /// <param name="most">Levels that the playbook allows.</param>
    public static async Task<ChildTree> ReadAsync(IEventReader reader, ExecutionHeader root, int? asked, int most, CancellationToken cancellationToken)
    {
        var depth = Math.Min(asked ?? most, most);
        var levels = new List<IReadOnlyList<ExecutionHeader>>();
        var notes = new List<string>();
        if (asked > most) notes.Add($"loading.maxDepth of playbook '{root.Playbook}' is {most}, so {most} levels are shown instead of {asked}.");
        IReadOnlyList<ExecutionHeader> parents = [root];
        for (var level = 1; level <= depth && parents.Count > 0; level++)
        {
            var found = await reader.ListChildrenAsync([.. parents.Select(parent => parent.Id)], MostOfLevel + 1, cancellationToken);
            if (found.Count > MostOfLevel) notes.Add($"Level {level} has more than {MostOfLevel} executions; the first {MostOfLevel} are shown.");
            parents = [.. found.Take(MostOfLevel)];
            levels.Add(parents);
        }

        Dictionary<ExecutionId, IReadOnlyList<ChildAnswer>> below = [];
        for (var level = levels.Count - 1; level >= 0; level--)
        {
            var under = below;
            below = levels[level].GroupBy(child => child.Parent!.Value)
                .ToDictionary(group => group.Key, group => (IReadOnlyList<ChildAnswer>)[.. group.Select(child => Answer(child, under))]);
        }

        return new ChildTree(below.TryGetValue(root.Id, out var children) ? children : [], notes.Count > 0 ? string.Join(' ', notes) : null);
    }

    private static ChildAnswer Answer(ExecutionHeader child, Dictionary<ExecutionId, IReadOnlyList<ChildAnswer>> below) => new()
    {
        ExecutionId = child.Id.ToString(),
        Name = child.Name,
        Namespace = child.Namespace,
        Path = child.Playbook,
        Status = StatusProjection.ApiStatus(child.Phase),
        StartTime = child.StartedAt,
        EndTime = child.EndedAt,
        Children = below.TryGetValue(child.Id, out var children) ? children : [],
    };
}
