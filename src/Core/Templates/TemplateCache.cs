using System.Diagnostics.CodeAnalysis;
using PlaybookOperator.Core.Caching;

namespace PlaybookOperator.Core.Templates;

/// <summary>
/// Parsed templates by text, kind and options: conditions and texts of a process share one. What does not parse is kept too.
/// Callers that miss the same template at once share one parse. Thread-safe.
/// </summary>
public sealed class TemplateCache
{
    /// <summary>A report follows every so many misses.</summary>
    public const int MissesPerReport = 100;

    /// <summary>The cache's name in metrics and the API.</summary>
    public const string Name = "template";

    /// <summary>500 templates, 64 MiB, no expiry; the least recently used leave first.</summary>
    public static readonly BoundedCacheOptions DefaultBounds = new() { Name = Name, MaxEntries = 500, MaxBytes = 64L << 20, TimeToLive = TimeSpan.Zero };

    private readonly BoundedCache<Key, Lazy<Parsed>> _cache;
    private readonly Func<Key, Lazy<Parsed>> _make;
    private readonly Action<CacheStatistics>? _report;
    private long _misses;

    /// <param name="clock">For the ages of entries; nothing expires.</param>
    /// <param name="bounds">Null: <see cref="DefaultBounds"/>.</param>
    /// <param name="report">Called after every <see cref="MissesPerReport"/> misses, for a debug line. It must not throw.</param>
    public TemplateCache(TimeProvider clock, BoundedCacheOptions? bounds = null, Action<CacheStatistics>? report = null)
    {
        // A parsed template takes about thirty bytes a character.
        _cache = new BoundedCache<Key, Lazy<Parsed>>(bounds ?? DefaultBounds, clock, sizeOf: static (key, _) => 256 + (32L * key.Text.Length));
        _make = Make;
        _report = report;
    }

    /// <summary>The cache behind, for metrics, the API and sweeping.</summary>
    public IBoundedCache Cache => _cache;

    /// <summary>Size, hits, misses, evictions, hit rate. A hit is a use that had nothing to parse: in compiling, and by <see cref="CountUses"/>.</summary>
    public CacheStatistics Statistics => _cache.Statistics;

    /// <summary>As <see cref="Template.TryParse(string, TemplateOptions, out Template?, out TemplateError?)"/>.</summary>
    public bool TryGet(
        string text, TemplateOptions options, [NotNullWhen(true)] out Template? template, [NotNullWhen(false)] out TemplateError? error) =>
        Get(new Key(text, IsCondition: false, options), out template, out error);

    /// <summary>As <see cref="Template.TryParseCondition"/>.</summary>
    public bool TryGetCondition(
        string text, TemplateOptions options, [NotNullWhen(true)] out Template? template, [NotNullWhen(false)] out TemplateError? error) =>
        Get(new Key(text, IsCondition: true, options), out template, out error);

    /// <summary>
    /// Counts evaluations of templates that plans hold: they are hits, since nothing had to be parsed for them. Without this only compiling would be
    /// counted, which comes once for thousands of evaluations. Takes no lock; called once for a delivery or a decision, not for each evaluation.
    /// </summary>
    /// <param name="evaluations">As <see cref="EvaluationContext.Evaluations"/> tells, 0 or more.</param>
    public void CountUses(long evaluations) => _cache.CountUses(evaluations);

    private bool Get(Key key, out Template? template, out TemplateError? error)
    {
        var parsed = _cache.GetOrAdd(key, _make);
        (template, error) = parsed.Value;
        return template is not null;
    }

    // Callers that miss at once may each make one; the cache gives all of them the same, and that one parses once.
    private Lazy<Parsed> Make(Key key)
    {
        if (_report is not null && Interlocked.Increment(ref _misses) % MissesPerReport == 0)
        {
            _report(_cache.Statistics);
        }

        return new Lazy<Parsed>(() => Parsed.Of(key));
    }

    /// <summary>Options are compared by value, but a process has few, so they stay out of the hash.</summary>
    private readonly record struct Key(string Text, bool IsCondition, TemplateOptions Options)
    {
        public bool Equals(Key other) => IsCondition == other.IsCondition && Text == other.Text
            && (ReferenceEquals(Options, other.Options) || Options.Equals(other.Options));

        public override int GetHashCode() => string.GetHashCode(Text, StringComparison.Ordinal) ^ (IsCondition ? 1 : 0);

        public override string ToString() => Text.Length <= 200 ? Text : string.Concat(Text.AsSpan(0, 200), "…");
    }

    private sealed record Parsed(Template? Template, TemplateError? Error)
    {
        public static Parsed Of(Key key)
        {
            Template? template;
            TemplateError? error;
            _ = key.IsCondition
                ? Template.TryParseCondition(key.Text, key.Options, out template, out error)
                : Template.TryParse(key.Text, key.Options, out template, out error);
            return new Parsed(template, error);
        }
    }
}
