using System.Diagnostics.Metrics;
using System.Globalization;
using PlaybookOperator.Operator.Metrics;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Metrics;

public sealed class MetricsExporterTests : IDisposable
{
    private readonly Scrapes _scrapes = new();

    public void Dispose() => _scrapes.Dispose();

    [Fact]
    public void Classic_text_is_exactly_as_prometheus_specifies_it()
    {
        Measure();
        Assert.Equal(
            """
            # HELP playbook_jobs_created_total Jobs "made",\nby outcome \\ kind.
            # TYPE playbook_jobs_created_total counter
            playbook_jobs_created_total{outcome="a \"b\" \\ c\nd"} 3
            # HELP playbook_metrics_overflow_total Measurements dropped because their metric had too many series.
            # TYPE playbook_metrics_overflow_total counter
            # TYPE playbook_queue_depth gauge
            playbook_queue_depth 4
            # HELP playbook_wait_seconds Waiting.
            # TYPE playbook_wait_seconds histogram
            playbook_wait_seconds_bucket{queue="q",le="0.5"} 1
            playbook_wait_seconds_bucket{queue="q",le="2"} 3
            playbook_wait_seconds_bucket{queue="q",le="+Inf"} 4
            playbook_wait_seconds_sum{queue="q"} 13.75
            playbook_wait_seconds_count{queue="q"} 4

            """,
            _scrapes.Text());
    }

    [Fact]
    public void A_histogram_begins_at_0_with_what_is_not_a_number()
    {
        var histogram = _scrapes.Meter.CreateHistogram("a_seconds", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [1] });
        histogram.Record(double.NaN);
        Assert.Equal(["a_seconds_bucket{le=\"1\"} 0", "a_seconds_bucket{le=\"+Inf\"} 0", "a_seconds_sum 0", "a_seconds_count 0"], _scrapes.Lines("a_seconds"));
        histogram.Record(0.5);
        Assert.Equal(["a_seconds_bucket{le=\"1\"} 1", "a_seconds_bucket{le=\"+Inf\"} 1", "a_seconds_sum 0.5", "a_seconds_count 1"], _scrapes.Lines("a_seconds"));
    }

    [Fact]
    public void Open_metrics_has_units_pointed_bounds_quoted_help_and_an_end()
    {
        Measure();
        Assert.Equal(
            """
            # HELP playbook_jobs_created Jobs \"made\",\nby outcome \\ kind.
            # TYPE playbook_jobs_created counter
            playbook_jobs_created_total{outcome="a \"b\" \\ c\nd"} 3
            # HELP playbook_metrics_overflow Measurements dropped because their metric had too many series.
            # TYPE playbook_metrics_overflow counter
            # TYPE playbook_queue_depth gauge
            playbook_queue_depth 4
            # HELP playbook_wait_seconds Waiting.
            # TYPE playbook_wait_seconds histogram
            # UNIT playbook_wait_seconds seconds
            playbook_wait_seconds_bucket{queue="q",le="0.5"} 1
            playbook_wait_seconds_bucket{queue="q",le="2.0"} 3
            playbook_wait_seconds_bucket{queue="q",le="+Inf"} 4
            playbook_wait_seconds_sum{queue="q"} 13.75
            playbook_wait_seconds_count{queue="q"} 4
            # EOF

            """,
            _scrapes.Text(MetricsFormat.OpenMetrics));
    }

    [Fact]
    public void Series_are_found_whatever_the_order_of_their_labels()
    {
        var counter = _scrapes.Meter.CreateCounter<int>("playbook_calls_total");
        counter.Add(1, new("b", "2"), new("a", "1"));
        counter.Add(1, new("a", "1"), new("b", "2"));
        counter.Add(1, new("a", "2"), new("b", "1"));

        Assert.Equal(["""playbook_calls_total{a="1",b="2"} 2""", """playbook_calls_total{a="2",b="1"} 1"""], _scrapes.Lines("playbook_calls"));
    }

    [Fact]
    public void Series_above_the_limit_are_dropped_and_counted()
    {
        using var scrapes = new Scrapes(maxSeries: 3);
        var counter = scrapes.Meter.CreateCounter<long>("playbook_calls");
        for (var i = 0; i < 10; i++) counter.Add(1, new KeyValuePair<string, object?>("id", i));
        counter.Add(5, new KeyValuePair<string, object?>("id", 2));

        Assert.Equal(3, scrapes.Lines("playbook_calls_total").Length);
        Assert.Contains("playbook_calls_total{id=\"2\"} 6", scrapes.Lines("playbook_calls_total"));
        Assert.Equal(["""playbook_metrics_overflow_total{metric="playbook_calls"} 7"""], scrapes.Lines("playbook_metrics_overflow_total{"));
    }

    [Fact]
    public void A_histogram_is_consistent_in_every_scrape_while_others_record()
    {
        var histogram = _scrapes.Meter.CreateHistogram<double>("playbook_busy_seconds");
        histogram.Record(1);
        var stop = false;
        var recorders = Enumerable.Range(0, 3).Select(_ => new Thread(() =>
        {
            while (!Volatile.Read(ref stop)) histogram.Record(1);
        })).ToList();
        recorders.ForEach(recorder => recorder.Start());
        try
        {
            for (var i = 0; i < 300; i++)
            {
                var lines = _scrapes.Lines("playbook_busy_seconds");
                var buckets = lines.Where(line => line.Contains("_bucket", StringComparison.Ordinal)).Select(Figure).ToList();
                Assert.Equal(buckets.Order(), buckets);
                Assert.Equal(Figure(lines[^1]), buckets[^1]);
                Assert.Equal(Figure(lines[^1]), Figure(lines[^2]));
            }
        }
        finally
        {
            Volatile.Write(ref stop, true);
            recorders.ForEach(recorder => recorder.Join());
        }
    }

    [Fact]
    public void A_series_that_is_no_longer_observed_is_no_longer_written()
    {
        List<Measurement<int>> phases = [new(1, new KeyValuePair<string, object?>("phase", "Running"))];
        _scrapes.Meter.CreateObservableGauge("playbook_executions", () => phases);
        Assert.Single(_scrapes.Lines("playbook_executions"));
        phases = [new(1, new KeyValuePair<string, object?>("phase", "Failed"))];

        Assert.Equal(["""playbook_executions{phase="Failed"} 1"""], _scrapes.Lines("playbook_executions"));
    }

    [Fact]
    public void An_observation_that_throws_costs_only_its_own_series()
    {
        _scrapes.Meter.CreateObservableGauge<int>("playbook_bad", Fail);
        _scrapes.Meter.CreateObservableGauge("playbook_good", () => double.PositiveInfinity);

        Assert.Equal(["playbook_good +Inf"], _scrapes.Lines("playbook_good"));
        Assert.Empty(_scrapes.Lines("playbook_bad"));
    }

    [Fact]
    public void Names_are_made_legal_and_a_clash_of_types_keeps_the_first()
    {
        _scrapes.Meter.CreateCounter<int>("playbook.odd-name").Add(1);
        _scrapes.Meter.CreateUpDownCounter<int>("playbook_odd_name").Add(5);

        Assert.Equal(["playbook_odd_name_total 1"], _scrapes.Lines("playbook_odd_name"));
    }

    private void Measure()
    {
        var jobs = _scrapes.Meter.CreateCounter<long>("playbook_jobs_created", null, "Jobs \"made\",\nby outcome \\ kind.");
        jobs.Add(1, new KeyValuePair<string, object?>("outcome", "a \"b\" \\ c\nd"));
        jobs.Add(2, new KeyValuePair<string, object?>("outcome", "a \"b\" \\ c\nd"));
        var advice = new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 2] };
        var waits = _scrapes.Meter.CreateHistogram("playbook_wait_seconds", "seconds", "Waiting.", null, advice);
        foreach (var wait in new[] { 0.5, 1.25, 2, 10 }) waits.Record(wait, new KeyValuePair<string, object?>("queue", "q"));
        var depth = _scrapes.Meter.CreateUpDownCounter<int>("playbook_queue_depth");
        depth.Add(5);
        depth.Add(-1);
    }

    private static int Fail() => throw new FormatException();

    private static double Figure(string line) => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
}
