using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Library;

namespace PlaybookOperator.Core.Templates.Values;

/// <summary>Keys of elements, of which an order follows: that of the filter <c>sort</c>, stable, without case, and without kinds that it refuses.</summary>
internal static class SortKeys
{
    /// <summary>Comparisons of short keys count no steps, and so do not look whether they are to stop.</summary>
    private const int ComparisonsBetweenLooks = 1024;

    /// <summary>Gives the places of the elements in the order of their keys.</summary>
    /// <param name="keys">For each element as many keys as <paramref name="isDescending"/> has entries, one element after the other; text loses its case here.</param>
    /// <param name="isDescending">Whether a key sorts downwards.</param>
    /// <returns>False: the keys are more work than an evaluation may be.</returns>
    /// <exception cref="OperationCanceledException">The context's <see cref="EvaluationContext.Stop"/> was cancelled.</exception>
    public static bool TryOrder(
        Value[] keys,
        bool[] isDescending,
        IVariables variables,
        EvaluationContext context,
        [NotNullWhen(true)] out int[]? order,
        [NotNullWhen(false)] out TemplateError? error)
    {
        (order, error) = (null, null);
        var frame = context.Enter(variables);
        try
        {
            RemoveCase(keys, frame);

            var places = new int[keys.Length / isDescending.Length];
            for (var place = 0; place < places.Length; place++)
            {
                places[place] = place;
            }

            Sort(places, new ByKeys(keys, isDescending, frame));
            order = places;
            return true;
        }
        catch (TemplateFault fault)
        {
            error = TemplateError.At(fault.Message, string.Empty, 0, fault.Kind);
            return false;
        }
        finally
        {
            context.Leave(frame);
        }
    }

    /// <summary>The same as <see cref="ListFilters.Key"/>, which charges each text: a million short ones are within the bounds here.</summary>
    private static void RemoveCase(Value[] keys, Frame frame)
    {
        var (text, key) = (string.Empty, Value.From(string.Empty));
        for (var place = 0; place < keys.Length; place++)
        {
            if (keys[place].AsString is not { } found)
            {
                continue;
            }

            // One text that is the key of many elements costs as much as one.
            if (!ReferenceEquals(found, text))
            {
                frame.ChargeScan(found.Length);
                var lower = found.ToLowerInvariant();
                (text, key) = (found, ReferenceEquals(lower, found) ? keys[place] : Value.From(lower));
            }

            keys[place] = key;
        }
    }

    private static void Sort(int[] places, ByKeys order)
    {
        try
        {
            Array.Sort(places, order);
        }
        catch (InvalidOperationException failure) when (failure.InnerException is not null)
        {
            // What a comparison throws comes wrapped: a fault, or that the evaluation was stopped or broken off.
            ExceptionDispatchInfo.Throw(failure.InnerException);
        }
    }

    /// <summary>Places whose keys are alike keep their order.</summary>
    private sealed class ByKeys(Value[] keys, bool[] isDescending, Frame frame) : IComparer<int>
    {
        private int _comparisons;

        public int Compare(int x, int y)
        {
            if (++_comparisons % ComparisonsBetweenLooks == 0)
            {
                frame.Look();
            }

            var width = isDescending.Length;
            for (var key = 0; key < width; key++)
            {
                var order = ValueOrder.CompareAll(keys[(x * width) + key], keys[(y * width) + key], frame);
                if (order != 0)
                {
                    return isDescending[key] ? -order : order;
                }
            }

            return x.CompareTo(y);
        }
    }
}
