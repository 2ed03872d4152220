using PlaybookOperator.Operator.Workers;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Workers;

public sealed class WorkerAdmissionTests
{
    private readonly WorkerAdmission _admission = new(maxRequests: 2, maxBytes: 100);

    [Fact]
    public void So_many_requests_are_let_in_and_one_more_when_one_has_left()
    {
        var first = _admission.TryEnter(1);
        Assert.NotNull(first);
        Assert.NotNull(_admission.TryEnter(1));
        Assert.Null(_admission.TryEnter(1));
        first.Dispose();
        first.Dispose();
        Assert.NotNull(_admission.TryEnter(1));
        Assert.Null(_admission.TryEnter(1));
    }

    [Fact]
    public void So_many_bytes_are_let_in_and_one_request_that_is_larger_when_it_is_alone()
    {
        var large = _admission.TryEnter(500);
        Assert.NotNull(large);
        Assert.Null(_admission.TryEnter(1));
        large.Dispose();
        Assert.NotNull(_admission.TryEnter(60));
        Assert.Null(_admission.TryEnter(41));
        Assert.NotNull(_admission.TryEnter(40));
    }
}
