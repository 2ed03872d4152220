using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Running;

/// <summary>
/// Makes a delivery's progress durable where the next delivery will find it. False: the delivery no longer stands, and nothing more of it may be written.
/// </summary>
public delegate ValueTask<bool> SaveProgress(PageProgress progress, CancellationToken cancellationToken);
