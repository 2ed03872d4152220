using PlaybookOperator.Core.Governing;
using Xunit;

namespace PlaybookOperator.Core.Tests.Governing;

public sealed class FairQueueTests
{
    private const long Quantum = 10;

    private readonly FairQueue<string> _queue = new(Quantum);

    [Fact]
    public void What_one_flow_does_comes_in_the_order_in_which_it_was_put_in()
    {
        var only = new FairFlow<string>();
        Put(only, "a", "b", "c");

        Assert.Equal("a b c", Take(cost: 100, items: 9));
    }

    [Fact]
    public void Flows_take_rounds_of_a_quantum_each()
    {
        var (one, two) = (new FairFlow<string>(), new FairFlow<string>());
        Put(one, "a1", "a2", "a3", "a4", "a5", "a6");
        Put(two, "b1", "b2", "b3", "b4", "b5", "b6");

        Assert.Equal("a1 a2 b1 b2 a3 a4 b3 b4 a5 a6 b5 b6", Take(cost: 5, items: 12));
    }

    [Fact]
    public void A_flow_that_needs_less_than_a_quantum_ends_before_those_that_came_after_it()
    {
        var flows = Enumerable.Range(0, 3).Select(_ => new FairFlow<string>()).ToArray();
        for (var i = 0; i < flows.Length; i++) Put(flows[i], $"{i}");

        // Each goes on only when its last item has been done, as what is awaited does.
        var order = new List<string>();
        while (_queue.TryDequeue(out var flow, out var item))
        {
            order.Add(item);
            flow.Charge(3);
            if (item.Length < 3) _queue.Enqueue(flow, item + item[0]);
        }

        Assert.Equal("0 00 000 1 11 111 2 22 222", string.Join(' ', order));
    }

    [Fact]
    public void One_that_comes_is_served_before_a_giant_goes_on_and_a_giant_owes_nothing_for_the_time_when_it_was_alone()
    {
        var (giant, small) = (new FairFlow<string>(), new FairFlow<string>());
        Put(giant, [.. Enumerable.Range(0, 100).Select(i => $"g{i}")]);
        Take(cost: Quantum, items: 50);

        Put(small, "s0", "s1", "s2");

        Assert.Equal("s0 g50 s1 g51 s2 g52", Take(cost: Quantum, items: 6));
    }

    [Fact]
    public void A_flow_that_had_nothing_to_do_has_no_credit_for_that_time()
    {
        var (busy, rare) = (new FairFlow<string>(), new FairFlow<string>());
        Put(rare, "r0");
        Take(cost: Quantum, items: 1);
        Put(busy, [.. Enumerable.Range(0, 100).Select(i => $"b{i}")]);
        Take(cost: Quantum, items: 50);

        Put(rare, "r1", "r2", "r3");

        Assert.Equal("r1 b50 r2 b51 r3 b52", Take(cost: Quantum, items: 6));
    }

    [Fact]
    public void An_item_that_cost_several_quanta_counts_for_as_many_rounds()
    {
        var (heavy, light) = (new FairFlow<string>(), new FairFlow<string>());
        Put(heavy, "h0", "h1");
        Put(light, "l0", "l1", "l2", "l3", "l4");
        _queue.TryDequeue(out var flow, out _);
        flow!.Charge(3 * Quantum);

        Assert.Equal("l0 l1 l2 h1 l3 l4", Take(cost: Quantum, items: 9));
    }

    [Fact]
    public void Every_item_comes_once_and_flows_that_always_have_work_differ_by_a_quantum_and_an_item()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            const int MostCost = 25;
            var queue = new FairQueue<int>(Quantum);
            var flows = Enumerable.Range(0, random.Next(1, 12)).Select(_ => new FairFlow<int>()).ToArray();
            var costs = new Dictionary<FairFlow<int>, long>();
            var (put, taken) = (0, new HashSet<int>());
            // Some have work all the time, the others now and then.
            var busy = flows.Take(random.Next(1, flows.Length + 1)).ToArray();
            foreach (var flow in busy)
                for (var i = 0; i < 2; i++) queue.Enqueue(flow, put++);
            for (var i = 0; i < 2_000; i++)
            {
                Assert.True(queue.TryDequeue(out var flow, out var item), $"seed {seed}");
                Assert.True(taken.Add(item), $"seed {seed}: {item} came twice");
                var cost = random.Next(MostCost + 1);
                flow.Charge(cost);
                costs[flow] = costs.GetValueOrDefault(flow) + cost;
                if (busy.Contains(flow)) queue.Enqueue(flow, put++);
                else if (random.Next(2) == 0) queue.Enqueue(flow, put++);
                if (random.Next(4) == 0) queue.Enqueue(flows[random.Next(flows.Length)], put++);
            }

            var spent = busy.Select(flow => costs.GetValueOrDefault(flow)).ToArray();
            Assert.True(spent.Max() - spent.Min() <= Quantum + MostCost, $"seed {seed}, round {round}: {string.Join(' ', spent)}");
            while (queue.TryDequeue(out _, out var item)) Assert.True(taken.Add(item), $"seed {seed}: {item} came twice");
            Assert.Equal(put, taken.Count);
        }
    }

    private void Put(FairFlow<string> flow, params string[] items)
    {
        foreach (var item in items) _queue.Enqueue(flow, item);
    }

    /// <summary>The next items, each of which costs the same.</summary>
    private string Take(long cost, int items)
    {
        var taken = new List<string>();
        while (taken.Count < items && _queue.TryDequeue(out var flow, out var item))
        {
            flow.Charge(cost);
            taken.Add(item);
        }

        return string.Join(' ', taken);
    }
}
