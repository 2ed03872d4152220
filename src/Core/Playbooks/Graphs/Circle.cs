namespace PlaybookOperator.Core.Playbooks.Graphs;

/// <summary>Finds a way through steps that comes back to where it was.</summary>
internal static class Circle
{
    /// <summary>Names along a circle, first = last; null when there is none. Iterative, so that a long chain cannot exhaust the stack.</summary>
    /// <param name="roots">Where to look, in the order of the document.</param>
    /// <param name="successors">The edges to follow from a step.</param>
    public static IReadOnlyList<string>? Find(IEnumerable<string> roots, Func<string, IEnumerable<string>> successors)
    {
        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach (var root in roots)
        {
            var path = new List<string>();
            var onPath = new HashSet<string>(StringComparer.Ordinal);
            var stack = new Stack<(string Name, bool Leave)>([(root, false)]);
            while (stack.TryPop(out var visit))
            {
                if (visit.Leave)
                {
                    onPath.Remove(visit.Name);
                    path.RemoveAt(path.Count - 1);
                    done.Add(visit.Name);
                    continue;
                }

                if (onPath.Contains(visit.Name)) return [.. path.SkipWhile(name => name != visit.Name), visit.Name];
                if (done.Contains(visit.Name)) continue;
                path.Add(visit.Name);
                onPath.Add(visit.Name);
                stack.Push((visit.Name, true));
                foreach (var target in successors(visit.Name).Reverse()) stack.Push((target, false));
            }
        }

        return null;
    }

    /// <summary>The circle for people: <c>a → b → a</c>.</summary>
    public static string Tell(IEnumerable<string> circle) => string.Join(" → ", circle);
}
