using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Governing;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Governing;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Governing;

public sealed class AllowancesTests
{
    private static readonly ExecutionId s_giant = new(1);
    private static readonly ExecutionId s_small = new(2);
    private static readonly ExecutionId s_elsewhere = new(3);
    private readonly List<ExecutionId> _changed = [];

    [Fact]
    public void A_giant_gives_way_to_a_small_one_and_has_all_again_when_that_has_ended()
    {
        var allowances = With(perNamespace: 10, whole: null);
        allowances.Note(s_giant, "a", 10);
        Assert.Equal(10, allowances.Of(s_giant, "a").MaxParallel);

        allowances.Note(s_small, "a", 3);
        Assert.Equal((7, 3), (allowances.Of(s_giant, "a").MaxParallel, allowances.Of(s_small, "a").MaxParallel));
        Assert.Empty(_changed);
        allowances.Note(s_small, "a", 0);

        Assert.Equal(10, allowances.Of(s_giant, "a").MaxParallel);
        Assert.Equal([s_giant], _changed);
    }

    [Fact]
    public void One_that_gets_some_of_what_it_lacks_is_told()
    {
        var allowances = With(perNamespace: 10, whole: null);
        allowances.Note(s_giant, "a", 100);
        allowances.Note(s_small, "a", 4);
        Assert.Equal(6, allowances.Of(s_giant, "a").MaxParallel);

        allowances.Note(s_small, "a", 2);

        Assert.Equal(8, allowances.Of(s_giant, "a").MaxParallel);
        Assert.Equal([s_giant], _changed);
    }

    [Fact]
    public void Namespaces_do_not_share_until_there_is_a_limit_for_all()
    {
        var apart = With(perNamespace: 10, whole: null);
        var together = With(perNamespace: 10, whole: 12);
        foreach (var allowances in new[] { apart, together })
        {
            allowances.Note(s_giant, "a", 10);
            allowances.Note(s_elsewhere, "b", 10);
        }

        Assert.Equal((10, 10), (apart.Of(s_giant, "a").MaxParallel, apart.Of(s_elsewhere, "b").MaxParallel));
        Assert.Equal((6, 6), (together.Of(s_giant, "a").MaxParallel, together.Of(s_elsewhere, "b").MaxParallel));
    }

    [Fact]
    public void What_is_free_may_be_taken_by_whoever_comes_and_one_place_always()
    {
        var allowances = With(perNamespace: 10, whole: 12);
        allowances.Note(s_giant, "a", 7);
        Assert.Equal((10, 3, 5), (allowances.Of(s_giant, "a").MaxParallel, allowances.Of(s_small, "a").MaxParallel, allowances.Of(s_elsewhere, "b").MaxParallel));

        allowances.Note(s_giant, "a", 100);

        Assert.Equal((10, 1, 2), (allowances.Of(s_giant, "a").MaxParallel, allowances.Of(s_small, "a").MaxParallel, allowances.Of(s_elsewhere, "b").MaxParallel));
    }

    [Fact]
    public void Halving_is_for_all_and_all_are_told()
    {
        var allowances = With(perNamespace: 10, whole: null);
        allowances.Note(s_giant, "a", 1);
        allowances.Halve(2);
        Assert.Equal((2, 2), (allowances.Of(s_giant, "a").Halvings, allowances.Of(new ExecutionId(99), "a").Halvings));
        Assert.Equal([s_giant], _changed);
    }

    [Fact]
    public void A_replica_that_makes_no_passes_goes_by_what_the_leader_has_written_down()
    {
        var allowances = With(perNamespace: 10, whole: null);
        Assert.Equal(new Allowance(10), allowances.Of(Header(left: null)));
        Assert.Equal(new Allowance(3), allowances.Of(Header(left: new Allowance(3))));

        // Each narrows for its own memory too.
        allowances.Halve(1);
        Assert.Equal(new Allowance(3, Halvings: 2), allowances.Of(Header(left: new Allowance(3, Halvings: 2))));
        Assert.Equal(new Allowance(3, Halvings: 1), allowances.Of(Header(left: new Allowance(3))));
    }

    [Fact]
    public void The_leader_goes_by_what_it_knows_itself()
    {
        var allowances = With(perNamespace: 10, whole: null);
        allowances.Note(s_giant, "a", 8);

        Assert.Equal(new Allowance(10), allowances.Of(Header(left: new Allowance(3))));
    }

    private static ExecutionHeader Header(Allowance? left) => new()
    {
        Id = s_giant,
        ClusterUid = "cluster",
        Uid = "uid",
        Namespace = "a",
        Name = "giant",
        Playbook = "book",
        Digest = "digest",
        Workload = default,
        Phase = ExecutionPhase.Running,
        Version = 1,
        LastEventId = 1,
        CreatedAt = DateTimeOffset.UnixEpoch,
        Allowance = left,
    };

    private Allowances With(int perNamespace, int? whole)
    {
        var allowances = new Allowances(perNamespace, whole);
        allowances.Changed = _changed.Add;
        return allowances;
    }
}
