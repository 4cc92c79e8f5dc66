namespace Paraformer.Engine.Text.InverseNormalization;

/// <summary>Arithmetic over captures. A capture that is absent counts as zero.</summary>
internal abstract record Expression
{
    public abstract long Evaluate(Capture? captures);

    internal sealed record Constant(long Value) : Expression
    {
        public override long Evaluate(Capture? captures) => Value;
    }

    internal sealed record Reference(int Slot) : Expression
    {
        public override long Evaluate(Capture? captures) => Capture.Find(captures, Slot)?.Value.Number ?? 0;
    }

    internal sealed record Length(int Slot) : Expression
    {
        public override long Evaluate(Capture? captures) => Capture.Find(captures, Slot)?.Value.Text.Length ?? 0;
    }

    internal sealed record Has(int Slot) : Expression
    {
        public override long Evaluate(Capture? captures) => Capture.Find(captures, Slot) is null ? 0 : 1;
    }

    internal sealed record Binary(char Operator, Expression Left, Expression Right) : Expression
    {
        public override long Evaluate(Capture? captures)
        {
            long left = Left.Evaluate(captures);
            long right = Right.Evaluate(captures);
            return Operator switch
            {
                '+' => left + right,
                '-' => left - right,
                '*' => left * right,
                '/' => right == 0 ? 0 : left / right,
                _ => right == 0 ? 0 : left % right,
            };
        }
    }
}

/// <summary>A comparison that a match has to pass.</summary>
internal sealed record Condition(string Operator, Expression Left, Expression Right)
{
    public bool Holds(Capture? captures)
    {
        int order = Left.Evaluate(captures).CompareTo(Right.Evaluate(captures));
        return Operator switch
        {
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            ">=" => order >= 0,
            "!=" => order != 0,
            _ => order == 0,
        };
    }
}
