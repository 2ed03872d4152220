namespace PlaybookOperator.Fuzz.Running;

/// <summary>Makes an input smaller while it stays a finding of the same kind: takes away ever smaller parts, as delta debugging does.</summary>
internal static class Minimizer
{
    /// <param name="isSame">Whether an input is still the same finding.</param>
    /// <param name="until">No further input is tried then; what has been reached is returned.</param>
    public static async Task<string> MinimizeAsync(string input, Func<string, Task<bool>> isSame, CancellationToken until)
    {
        for (var size = Math.Max(1, input.Length / 2); ;)
        {
            var shrunk = false;
            for (var start = 0; start < input.Length && !until.IsCancellationRequested;)
            {
                var smaller = input.Remove(start, Math.Min(size, input.Length - start));
                if (await isSame(smaller)) (input, shrunk) = (smaller, true);
                else start += size;
            }

            if (until.IsCancellationRequested || (size == 1 && !shrunk)) return input;
            if (!shrunk) size = Math.Max(1, size / 2);
            size = Math.Min(size, Math.Max(1, input.Length / 2));
        }
    }
}
